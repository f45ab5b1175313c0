package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.kit.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each way in which a connection cannot be opened has an error of its own. */
@Timeout(120)
class OpenFailureTest {
  private static Postgres postgres;

  @BeforeAll
  static void start() throws Exception {
    postgres =
        Postgres.start(Map.of("max_connections", "8", "superuser_reserved_connections", "3"));
    postgres.execute("create role app login password 'right'");
    Path hba = Path.of(postgres.ask("show hba_file").get(0));
    String open = Files.readString(hba);
    Files.writeString(hba, "host all app 127.0.0.1/32 scram-sha-256\n" + open);
    postgres.execute("select pg_reload_conf()");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> opening(
      String url, String user, String password) {
    return assertThatThrownBy(
            () -> {
              try (WeirDataSource db =
                      WeirDataSource.builder()
                          .url(url)
                          .user(user)
                          .password(password)
                          .pool(p -> p.min(0).maxRetries(0))
                          .build();
                  Connection connection = db.getConnection()) {
                connection.isValid(1);
              }
            })
        .isInstanceOf(SQLException.class);
  }

  private static String inFull(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable e = failure; e != null; e = e.getCause()) {
      text.append(e).append('\n');
    }
    return text.toString();
  }

  @Test
  void aUrlThatNoDriverTakes() {
    opening("jdbc:postgrel://127.0.0.1/x?password=hush", "app", "right")
        .satisfies(e -> assertThat(inFull(e)).doesNotContain("hush"))
        .satisfies(
            e ->
                assertThat(inFull(e))
                    .contains("no driver takes the URL jdbc:postgrel://127.0.0.1/x")
                    .contains("org.postgresql.Driver"));
  }

  @Test
  void aWrongPassword() {
    opening(postgres.url(), "app", "wrong")
        .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
        .satisfies(
            e ->
                assertThat(inFull(e))
                    .contains("refuses the user: check user and password")
                    .contains("127.0.0.1:" + postgres.port())
                    .doesNotContain("wrong"));
  }

  @Test
  void aDatabaseThatIsNotThere() {
    opening(postgres.url().replace("/postgres", "/elsewhere"), "postgres", "")
        .satisfies(e -> assertThat(inFull(e)).contains("there is no database of this name"));
  }

  @Test
  void aServerThatIsNotThere() {
    opening("jdbc:postgresql://127.0.0.1:1/x", "app", "right")
        .satisfies(e -> assertThat(inFull(e)).contains("nobody listens there"));
  }

  @Test
  void aHostThatIsNotThere() {
    opening("jdbc:postgresql://nowhere.invalid/x", "app", "right")
        .satisfies(e -> assertThat(inFull(e)).contains("the host's name leads nowhere"));
  }

  @Test
  void aServerThatIsFull() throws SQLException {
    List<Connection> all = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        all.add(java.sql.DriverManager.getConnection(postgres.url(), "app", "right"));
      }
      opening(postgres.url(), "app", "right")
          .satisfies(
              e ->
                  assertThat(inFull(e)).contains("has no place for another connection: lower max"));
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
  }

  @Test
  void aServerWithoutTls() {
    opening(postgres.url() + "?sslmode=require", "app", "right")
        .satisfies(e -> assertThat(inFull(e)).contains("SSL"));
  }
}
