package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.Postgres;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS, and what is wrong with its certificate. */
@Timeout(120)
class TlsTest {
  @TempDir private static Path directory;
  private static SelfMade own;
  private static SelfMade another;
  private static Postgres postgres;

  @BeforeAll
  static void start() throws Exception {
    own = SelfMade.in(Files.createDirectory(directory.resolve("own")), "DNS:localhost");
    another = SelfMade.in(Files.createDirectory(directory.resolve("another")), "DNS:localhost");
    postgres =
        Postgres.start(
            Map.of(
                "ssl",
                "on",
                "ssl_cert_file",
                own.certificate().toString(),
                "ssl_key_file",
                own.key().toString()));
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static WeirDataSource db(String host, SelfMade trusted) throws Exception {
    return WeirDataSource.builder()
        .url("jdbc:postgresql://" + host + ":" + postgres.port() + "/postgres?password=hush")
        .user("postgres")
        .driverProperty("sslmode", "verify-full")
        .driverProperty("sslrootcert", trusted.certificate().toString())
        .pool(pool -> pool.min(0).max(2).maxRetries(0))
        .build();
  }

  /** Every session beside the one that asks, those that are only just beginning included. */
  private static String sessions() throws SQLException {
    return postgres
        .ask(
            "select count(*) from pg_stat_activity"
                + " where backend_type = 'client backend' and pid <> pg_backend_pid()")
        .get(0);
  }

  @Test
  void aCertificateThatIsTrustedIsUsed() throws Exception {
    try (WeirDataSource db = db("localhost", own)) {
      for (int holder = 0; holder < 3; holder++) {
        try (Connection connection = db.getConnection()) {
          assertThat(ask(connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
              .isEqualTo("t");
        }
      }
      assertThat(db.pool().stats().created()).isEqualTo(1);
    }
  }

  @Test
  void aCertificateThatNobodyTrustsIsRefusedAndLeavesNothingBehind() throws Exception {
    try (WeirDataSource db = db("localhost", another)) {
      assertThatThrownBy(db::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(
              "jdbc:postgresql://localhost:"
                  + postgres.port()
                  + "/postgres: TLS failed, nobody whom the driver trusts has signed the server's"
                  + " certificate")
          .hasMessageContaining("sslrootcert")
          .hasMessageNotContaining("hush");
      await().until(() -> sessions().equals("0"));
      assertThat(db.pool().connections()).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedAndLeavesNothingBehind() throws Exception {
    try (WeirDataSource db = db("127.0.0.1", own)) {
      assertThatThrownBy(db::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("/postgres: TLS failed, the server's certificate is another host's")
          .hasMessageContaining("connect by a name that it has")
          .hasMessageNotContaining("hush");
      await().until(() -> sessions().equals("0"));
      assertThat(db.pool().connections()).isEmpty();
    }
  }
}
