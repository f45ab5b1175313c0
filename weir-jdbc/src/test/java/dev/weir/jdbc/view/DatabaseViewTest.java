package dev.weir.jdbc.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.PgBouncerConsole;
import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import dev.weir.jdbc.view.Alert.Kind;
import dev.weir.jdbc.view.DatabaseHealth.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real PostgreSQL. */
@Timeout(300)
class DatabaseViewTest {
  private static final ViewOptions OFTEN =
      ViewOptions.defaults().withInterval(Duration.ofMillis(50));

  private static Database database;

  @BeforeAll
  static void start() throws Exception {
    database = Database.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void sessionsAreCountedByWhatTheyDo() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection idle = connect();
        Connection inTransaction = connect();
        Connection failed = connect();
        Connection busy = connect();
        Statement sleeping = busy.createStatement();
        DatabaseView view = view(OFTEN)) {
      assertThat(idle.isValid(5)).isTrue();
      beginTransaction(inTransaction);
      failTransaction(failed);
      Future<?> sleep = thread.submit(() -> sleeping.execute("select pg_sleep(200)"));
      eventually(
          () -> {
            DatabaseSessions seen = seen(view);
            assertThat(seen.active()).isEqualTo(1);
            assertThat(seen.idle()).isEqualTo(1);
            assertThat(seen.idleInTransaction()).isEqualTo(2);
            assertThat(seen.hidden()).isZero();
            assertThat(seen.total()).isEqualTo(5);
            assertThat(seen.maxConnections()).isEqualTo(Database.MAX_CONNECTIONS);
            assertThat(seen.oldestTransaction()).isPositive();
            assertThat(seen.oldestIdleInTransaction()).isPositive();
          });
      assertThat(view.health()).isEqualTo(new DatabaseHealth(Status.OK, List.of(), "shop: ok"));
      sleeping.cancel();
      assertThat(sleep).failsWithin(Duration.ofSeconds(60));
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aSessionThatForgotItsTransactionWarnsAndTheWarningEndsWithIt() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    ViewOptions options =
        OFTEN
            .withMaxIdleInTransaction(Duration.ofMillis(200))
            .withMaxTransaction(Duration.ofMillis(200));
    DatabaseViewListener listener =
        new DatabaseViewListener() {
          @Override
          public void raised(Alert alert) {
            told.add("raised " + alert.kind().label());
          }

          @Override
          public void ended(Alert alert) {
            told.add("ended " + alert.kind().label());
          }
        };
    try (Connection forgetful = connect();
        DatabaseView view =
            DatabaseView.builder("shop", database.dataSource())
                .options(options)
                .listener(listener)
                .start()) {
      beginTransaction(forgetful);
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.WARNING));
      eventually(() -> assertThat(view.health().alerts()).hasSize(2));
      assertThat(view.health().about())
          .startsWith("shop: idle-in-transaction: 1 sessions are idle in their transactions")
          .contains("200ms is allowed");
      forgetful.rollback();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      assertThat(view.raised(Kind.IDLE_IN_TRANSACTION)).isEqualTo(1);
      eventually(
          () ->
              assertThat(told)
                  .containsExactlyInAnyOrder(
                      "raised idle-in-transaction",
                      "raised long-transaction",
                      "ended idle-in-transaction",
                      "ended long-transaction"));
    }
  }

  @Test
  void sessionsThatTakeMostOfTheServersConnectionsWarn() throws Exception {
    List<Connection> many = new ArrayList<>();
    try (DatabaseView view = view(OFTEN.withMaxUsed(0.5))) {
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      for (int i = 0; i < Database.MAX_CONNECTIONS / 2; i++) {
        many.add(connect());
      }
      eventually(
          () ->
              assertThat(view.health().about())
                  .isEqualTo(
                      "shop: connections-used: 16 of 30 sessions are in use, 50 % are allowed"));
    } finally {
      for (Connection connection : many) {
        connection.close();
      }
    }
  }

  @Test
  void aRestartOfTheServerIsToldAndSurvived() throws Exception {
    try (Database own = Database.start();
        DatabaseView view = DatabaseView.builder("own", own.dataSource()).options(OFTEN).start()) {
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      own.stop();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.DOWN));
      assertThat(view.health().about()).startsWith("own: database-unreachable: no answer: ");
      own.startAgain();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      assertThat(view.raised(Kind.DATABASE_UNREACHABLE)).isEqualTo(1);
    }
  }

  @Test
  void aUserWithoutTheRightSeesThatStatesAreHidden() throws Exception {
    DataSource app = Database.dataSource(database.port(), Database.USER, "");
    try (Connection other = connect();
        DatabaseView view = DatabaseView.builder("shop", app).options(OFTEN).start()) {
      assertThat(other.isValid(5)).isTrue();
      eventually(() -> assertThat(seen(view).hidden()).isPositive());
    }
  }

  @Test
  void aSlowDatabaseIsAskedByOneLookAtATime() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch answer = new CountDownLatch(1);
    DataSource slow =
        Sources.instead(
            database.dataSource(),
            () -> {
              asked.incrementAndGet();
              answer.await();
            });
    try (DatabaseView view = DatabaseView.builder("slow", slow).options(OFTEN).start()) {
      eventually(() -> assertThat(asked).hasValue(1));
      Awaitility.await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(60))
          .until(() -> asked.get() == 1);
      assertThat(view.health().status()).isEqualTo(Status.UNKNOWN);
      assertThat(view.latest()).isEmpty();
      answer.countDown();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
    }
  }

  @Test
  void aLookThatHangsIsToldByHealthAndOverWhenItEnds() throws Exception {
    AtomicLong now = new AtomicLong();
    CountDownLatch answer = new CountDownLatch(1);
    DataSource hanging = Sources.instead(database.dataSource(), answer::await);
    try (DatabaseView view =
        DatabaseView.builder("shop", hanging).options(OFTEN).nanoTime(now::get).start()) {
      assertThat(view.health().status()).isEqualTo(Status.UNKNOWN);
      now.set(TimeUnit.SECONDS.toNanos(31));
      assertThat(view.health().status()).isEqualTo(Status.DOWN);
      assertThat(view.health().about())
          .isEqualTo("shop: no look has ended for 31 s; the last hangs");
      answer.countDown();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
    }
  }

  @Test
  void aListenerThatThrowsChangesNothing() throws Exception {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    try (Connection forgetful = connect();
        DatabaseView view =
            DatabaseView.builder("shop", database.dataSource())
                .options(OFTEN.withMaxTransaction(Duration.ofMillis(1)))
                .listener(
                    alert -> {
                      throw new IllegalStateException("told " + alert.kind());
                    })
                .threads(
                    task -> {
                      Thread thread = new Thread(task);
                      thread.setDaemon(true);
                      thread.setUncaughtExceptionHandler((at, fault) -> reported.add(fault));
                      return thread;
                    })
                .start()) {
      beginTransaction(forgetful);
      eventually(() -> assertThat(reported).hasSize(1));
      forgetful.rollback();
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
    }
  }

  @Test
  void afterTheEndNobodyLooksAndWhatWasSeenStays() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    DataSource counting = Sources.instead(database.dataSource(), asked::incrementAndGet);
    DatabaseView view = DatabaseView.builder("shop", counting).options(OFTEN).start();
    eventually(() -> assertThat(view.latest()).isPresent());
    view.close();
    view.close();
    int before = asked.get();
    Awaitility.await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(60))
        .until(() -> asked.get() <= before + 1);
    assertThat(view.latest()).isPresent();
  }

  @Test
  void clientsThatWaitInPgBouncerWarn() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (PgBouncer bouncer = PgBouncer.start(database, Map.of("default_pool_size", "1"));
        Connection first = bouncer.dataSource().getConnection();
        Connection second = bouncer.dataSource().getConnection();
        DatabaseView view =
            DatabaseView.builder("shop", database.dataSource())
                .pgBouncer(bouncer.console())
                .options(OFTEN.withMaxBouncerWait(Duration.ofMillis(100)))
                .start()) {
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      beginTransaction(first);
      Future<?> waits = thread.submit(() -> second.createStatement().execute("select 1"));
      eventually(
          () -> {
            assertThat(view.health().status()).isEqualTo(Status.WARNING);
            assertThat(view.health().alerts())
                .extracting(Alert::kind)
                .contains(Kind.PGBOUNCER_WAIT);
          });
      first.rollback();
      waits.get(60, TimeUnit.SECONDS);
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.OK));
      assertThat(view.raised(Kind.PGBOUNCER_WAIT)).isEqualTo(1);
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aPgBouncerThatIsGoneIsAWarningAndNotTheDatabasesEnd() throws Exception {
    PgBouncer gone = PgBouncer.prepare();
    gone.close();
    PgBouncerConsole console = gone.console();
    try (DatabaseView view =
        DatabaseView.builder("shop", database.dataSource())
            .pgBouncer(console)
            .options(OFTEN)
            .start()) {
      eventually(() -> assertThat(view.health().status()).isEqualTo(Status.WARNING));
      assertThat(view.health().about())
          .contains("pgbouncer-unreachable")
          .contains("is PgBouncer running there?")
          .doesNotContain(PgBouncer.PASSWORD);
      assertThat(seen(view).total()).isPositive();
    }
  }

  private static DatabaseView view(ViewOptions options) {
    return DatabaseView.builder("shop", database.dataSource()).options(options).start();
  }

  private static DatabaseSessions seen(DatabaseView view) {
    return view.latest()
        .map(DatabaseLook::sessions)
        .orElseThrow(() -> new AssertionError("nothing seen: " + view.health()));
  }

  private static Connection connect() throws SQLException {
    return database.dataSource().getConnection();
  }

  private static void beginTransaction(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("select 1");
    }
  }

  private static void failTransaction(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("select 1/0");
    } catch (SQLException expected) {
      assertThat(expected.getSQLState()).isEqualTo("22012");
    }
  }

  private static void eventually(ThrowingRunnable assertion) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
  }
}
