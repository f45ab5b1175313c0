package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.Postgres;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network between the data source and its server that resets, loses, delays and splits. */
@Timeout(120)
class FaultTest {
  private static Postgres postgres;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private FaultProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    postgres = Postgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void open() throws IOException {
    proxy = FaultProxy.to(postgres.port());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    threads.shutdownNow();
  }

  private JdbcBuilder through() {
    return WeirDataSource.builder()
        .url("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres")
        .user("postgres")
        .pool(pool -> pool.min(2).max(2).acquireTimeout(ofSeconds(30)));
  }

  @Test
  void aConnectionThatIsResetInUseIsReplaced() throws Exception {
    try (WeirDataSource db = through().build()) {
      try (Connection connection = db.getConnection()) {
        proxy.reset();
        assertThatThrownBy(() -> ask(connection, "select 1"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
      }
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void connectionsThatDiedInSilenceAreFoundBeforeTheyAreLent() throws Exception {
    try (WeirDataSource db =
        through()
            .pool(
                pool ->
                    pool.validationWindow(ofMillis(10))
                        .checkTimeout(ofMillis(300))
                        .openTimeout(ofSeconds(1)))
            .build()) {
      await().until(() -> db.pool().stats().idle() == 2);
      proxy.drop();
      Future<String> answer =
          threads.submit(
              () -> {
                try (Connection connection = db.getConnection()) {
                  return ask(connection, "select 1");
                }
              });
      await().until(() -> db.pool().stats().checkFailures() > 0);
      proxy.resume();
      assertThat(answer.get()).isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatNeverComesEndsWithTheNetworkTimeout() throws Exception {
    try (WeirDataSource db = through().networkTimeout(ofMillis(300)).build()) {
      try (Connection connection = db.getConnection()) {
        proxy.drop();
        assertThatThrownBy(() -> ask(connection, "select 1")).isInstanceOf(SQLException.class);
      }
      proxy.resume();
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void answersMayComeInSingleBytes() throws Exception {
    proxy.trickle();
    try (WeirDataSource db = through().build();
        Connection connection = db.getConnection()) {
      assertThat(ask(connection, "select repeat('x', 2000)")).hasSize(2000);
    }
  }

  @Test
  void anAnswerThatIsCutOffTakesTheConnectionOut() throws Exception {
    try (WeirDataSource db = through().build()) {
      await().until(() -> db.pool().stats().idle() == 2);
      try (Connection connection = db.getConnection()) {
        proxy.cutAfter(1000);
        assertThatThrownBy(() -> ask(connection, "select repeat('x', 100000)"))
            .isInstanceOf(SQLException.class);
      }
      proxy.resume();
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select 1")).isEqualTo("1");
      }
      await().until(() -> db.pool().stats().destroyed() > 0);
    }
  }
}
