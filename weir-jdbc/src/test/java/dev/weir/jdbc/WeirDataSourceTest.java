package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.backend;
import static dev.weir.jdbc.Shop.execute;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.Postgres;
import dev.weir.pool.InvalidOptionException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** C1: a data source over the pool, in front of a real PostgreSQL. */
@Timeout(120)
class WeirDataSourceTest {
  private static Postgres postgres;

  @BeforeAll
  static void start() throws Exception {
    postgres = Postgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Test
  void aSessionThatTheServerEndedIsReplaced() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "ended").pool(p -> p.min(1).max(1)).build()) {
      String first;
      try (Connection connection = db.getConnection()) {
        first = backend(connection);
        assertThat(postgres.terminate("ended")).isEqualTo(1);
        assertThatThrownBy(() -> ask(connection, "select 1")).isInstanceOf(SQLException.class);
      }
      try (Connection connection = db.getConnection()) {
        assertThat(backend(connection)).isNotEqualTo(first);
      }
    }
  }

  @Test
  void aFailureOfTheStatementAloneKeepsTheConnection() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "kept").pool(p -> p.min(1).max(1)).build()) {
      try (Connection connection = db.getConnection()) {
        assertThatThrownBy(() -> execute(connection, "select 1/0"))
            .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> execute(connection, "selec")).isInstanceOf(SQLException.class);
      }
      db.getConnection().close();
      assertThat(db.pool().stats().created()).isEqualTo(1);
    }
  }

  @Test
  void afterOneDeadConnectionNobodyGetsAnother() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "all").pool(p -> p.min(8).max(8)).build()) {
      await().until(() -> db.pool().stats().idle() == 8);
      assertThat(postgres.terminate("all")).isEqualTo(8);
      int failed = 0;
      for (int i = 0; i < 20; i++) {
        try (Connection connection = db.getConnection()) {
          ask(connection, "select 1");
        } catch (SQLException e) {
          failed++;
        }
      }
      assertThat(failed).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void theUrlMaySayHowManyAndHowLong() {
    try (WeirDataSource db =
        WeirDataSource.builder()
            .url(postgres.url() + "?connection_limit=1&ApplicationName=limited&pool_timeout=2")
            .user("postgres")
            .build()) {
      assertThat(db.pool().options().max()).isEqualTo(1);
      assertThat(db.pool().options().min()).isEqualTo(1);
      assertThat(db.pool().options().acquireTimeout()).isEqualTo(ofSeconds(2));
      assertThatThrownBy(
              () -> {
                try (Connection held = db.getConnection()) {
                  assertThat(ask(held, "show application_name")).isEqualTo("limited");
                  db.getConnection().close();
                }
              })
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining("no connection within 2 s")
          .hasMessageContaining("1 leased");
    }
  }

  @Test
  void propertiesSetEveryOptionByItsName() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("url", postgres.url());
    properties.setProperty("user", "postgres");
    properties.setProperty("name", "props");
    properties.setProperty("max", "3");
    properties.setProperty("acquire-timeout", "250ms");
    properties.setProperty("isolation", "serializable");
    properties.setProperty("driver.ApplicationName", "props");
    try (WeirDataSource db = WeirDataSource.builder().properties(properties).build();
        Connection connection = db.getConnection()) {
      assertThat(db.pool().name()).isEqualTo("props");
      assertThat(db.pool().options().max()).isEqualTo(3);
      assertThat(db.pool().options().acquireTimeout()).isEqualTo(ofMillis(250));
      assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
      assertThat(postgres.sessions("props")).isPositive();
    }
  }

  @Test
  void anOptionThatDoesNotExistIsRefusedWithThoseThatDo() {
    assertThatThrownBy(() -> WeirDataSource.builder().property("max-size", "3"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("max-size")
        .hasMessageContaining("max-lifetime");
    assertThatThrownBy(() -> WeirDataSource.builder().build())
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("jdbc:");
  }

  @Test
  void credentialsAreAskedForWhenAConnectionIsOpened() throws Exception {
    postgres.execute("create role first login", "create role second login");
    AtomicReference<Credentials> now = new AtomicReference<>(new Credentials("first", "one"));
    try (WeirDataSource db =
        WeirDataSource.builder()
            .url(postgres.url())
            .credentials(now::get)
            .pool(p -> p.min(1).max(1))
            .build()) {
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select current_user")).isEqualTo("first");
        now.set(new Credentials("second", "two"));
        db.pool().evictAll();
        assertThat(ask(connection, "select current_user")).isEqualTo("first");
      }
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select current_user")).isEqualTo("second");
      }
    }
  }

  @Test
  void theTextOfCredentialsShowsNoPassword() {
    assertThat(new Credentials("app", "hush")).hasToString("app");
  }

  @Test
  void aDataSourceThatDoesNotPoolIsPooled() throws Exception {
    PGSimpleDataSource plain = new PGSimpleDataSource();
    plain.setURL(postgres.url());
    plain.setUser("postgres");
    try (WeirDataSource db = WeirDataSource.builder().dataSource(plain).build();
        Connection connection = db.getConnection()) {
      assertThat(ask(connection, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void aLeakIsLoggedWithItsLastSqlButNoneOfItsValues() throws Exception {
    ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            log.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("dev.weir.jdbc");
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try (WeirDataSource db =
        Shop.on(postgres, "leaky")
            .pool(p -> p.leakThreshold(ofMillis(50)).evictionInterval(ofMillis(10)))
            .build()) {
      try (Connection connection = db.getConnection()) {
        ask(connection, "select 'hush' || 4711");
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> log.stream().anyMatch(line -> line.contains("held for long")));
      }
      assertThat(String.join("\n", log))
          .contains("pool \"leaky\"")
          .contains("last SQL: select ? || ?")
          .contains("aLeakIsLoggedWithItsLastSqlButNoneOfItsValues")
          .doesNotContain("hush")
          .doesNotContain("4711");
      await().until(() -> log.stream().anyMatch(line -> line.contains("came back")));
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  @Test
  void closingTheDataSourceEndsWhatRuns() throws Exception {
    WeirDataSource db = Shop.on(postgres, "closing").pool(p -> p.min(1)).build();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread holder =
        new Thread(
            () -> {
              try (Connection connection = db.getConnection()) {
                ended.complete(new AssertionError(ask(connection, "select pg_sleep(60)")));
              } catch (SQLException e) {
                ended.complete(e);
              }
            });
    holder.start();
    await()
        .until(
            () ->
                postgres
                    .ask("select query from pg_stat_activity where application_name = 'closing'")
                    .contains("select pg_sleep(60)"));
    db.close();
    assertThat(ended.get()).isInstanceOf(SQLException.class);
    holder.join();
    assertThatThrownBy(db::getConnection)
        .isInstanceOf(SQLNonTransientConnectionException.class)
        .hasMessageContaining("closing");
    await().atMost(ofSeconds(30)).until(() -> postgres.sessions("closing") == 0);
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "waiting").pool(p -> p.min(1).max(1)).build();
        Connection held = db.getConnection()) {
      assertThat(held.isValid(1)).isTrue();
      Thread.currentThread().interrupt();
      assertThatThrownBy(db::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void abortingGivesThePlaceFree() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "aborted").pool(p -> p.min(1).max(1)).build()) {
      Connection connection = db.getConnection();
      connection.abort(Runnable::run);
      assertThat(connection.isClosed()).isTrue();
      try (Connection next = db.getConnection()) {
        assertThat(ask(next, "select 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void itIsADataSourceLikeOthers() throws Exception {
    try (WeirDataSource db = Shop.on(postgres, "plain").build()) {
      DataSource source = db;
      assertThat(source.isWrapperFor(WeirDataSource.class)).isTrue();
      assertThat(source.unwrap(WeirDataSource.class)).isSameAs(db);
      assertThat(source.getLoginTimeout()).isEqualTo(10);
      assertThatThrownBy(() -> source.unwrap(Properties.class)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> source.getConnection("a", "b"))
          .isInstanceOf(SQLFeatureNotSupportedException.class);
    }
  }
}
