package dev.weir.jdbc.bouncer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** A real PgBouncer in transaction mode, with two server connections. */
@Timeout(300)
class PgBouncerConsoleTest {
  private static final int CLIENTS = 8;
  private static final int EXECUTIONS = 40;

  private static Database database;
  private static PgBouncer bouncer;

  @BeforeAll
  static void start() throws Exception {
    database = Database.start();
    bouncer = PgBouncer.start(database, Map.of("default_pool_size", "2", "stats_period", "1"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (bouncer != null) {
      bouncer.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @Test
  void manyClientsShareTwoServerConnectionsAndTheConsoleCountsThem() throws Exception {
    PgBouncerConsole console = bouncer.console();
    long before = queries(console);
    PGSimpleDataSource source = bouncer.dataSource();
    for (Map.Entry<String, String> property : console.driverProperties().entrySet()) {
      source.setProperty(property.getKey(), property.getValue());
    }
    Set<Integer> servers = new HashSet<>();
    List<Connection> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(source.getConnection());
      }
      // The statements take turns, so that each client comes to each server connection.
      List<PreparedStatement> statements = new ArrayList<>();
      for (Connection client : clients) {
        statements.add(client.prepareStatement("select pg_backend_pid(), ?::int"));
      }
      try (Connection other = source.getConnection()) {
        other.setAutoCommit(false);
        for (int i = 0; i < EXECUTIONS; i++) {
          if (i == EXECUTIONS / 2) {
            // Takes one of the two, so that the others go to the one that is left.
            servers.add(backend(other.prepareStatement("select pg_backend_pid(), ?::int"), 0));
          }
          for (PreparedStatement statement : statements) {
            servers.add(backend(statement, i));
          }
        }
        PgBouncerSnapshot seen = console.snapshot();
        assertThat(seen.serversActive()).as("the open transaction's").isEqualTo(1);
        assertThat(seen.clientsActive()).isEqualTo(CLIENTS + 1);
        assertThat(seen.clientsWaiting()).isZero();
        other.rollback();
      }
    } finally {
      for (Connection client : clients) {
        client.close();
      }
    }
    assertThat(servers).hasSizeLessThanOrEqualTo(2);
    assertThat(queries(console) - before).isGreaterThanOrEqualTo((long) CLIENTS * EXECUTIONS);
  }

  @Test
  void whatTheDriverIsToldIsWhatThisVersionNeeds() throws Exception {
    boolean mustTell = !bouncer.console().driverProperties().isEmpty();
    try (Connection one = bouncer.dataSource().getConnection();
        Connection other = bouncer.dataSource().getConnection()) {
      if (mustTell) {
        assertThatThrownBy(() -> takeTurns(one, other))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("prepared statement");
      } else {
        takeTurns(one, other);
      }
    }
  }

  @Test
  void clientsThatWaitAreSeenWithTheirWait() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    PGSimpleDataSource source = bouncer.dataSource();
    source.setPrepareThreshold(0);
    try (Connection first = source.getConnection();
        Connection second = source.getConnection();
        Connection third = source.getConnection()) {
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      backend(first.prepareStatement("select pg_backend_pid(), ?::int"), 1);
      backend(second.prepareStatement("select pg_backend_pid(), ?::int"), 1);
      Future<Integer> waits =
          thread.submit(
              () -> backend(third.prepareStatement("select pg_backend_pid(), ?::int"), 1));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                PgBouncerSnapshot seen = bouncer.console().snapshot();
                assertThat(seen.clientsWaiting()).isEqualTo(1);
                assertThat(seen.serversActive()).isEqualTo(2);
                assertThat(seen.maxWait()).isPositive();
              });
      first.rollback();
      assertThat(waits.get(30, SECONDS)).isPositive();
      second.rollback();
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void theConfigurationAndTheDatabasesAreReadAsTheyWereWritten() throws Exception {
    PgBouncerConsole console = bouncer.console();
    assertThat(console.config())
        .containsEntry("pool_mode", "transaction")
        .containsEntry("default_pool_size", "2");
    assertThat(console.version()).isGreaterThanOrEqualTo(PgBouncerVersion.parse("1.18"));
    PgBouncerSnapshot seen = console.snapshot();
    assertThat(seen.version()).isEqualTo(console.version());
    assertThat(seen.databases())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.name()).isEqualTo(Database.NAME);
              assertThat(row.port()).isEqualTo(database.port());
              assertThat(row.poolSize()).isEqualTo(2);
              assertThat(row.paused()).isFalse();
            });
  }

  @Test
  void aConsoleOutlivesARestartOfPgBouncer() throws Exception {
    try (PgBouncer own = PgBouncer.start(database, Map.of());
        PgBouncerConsole console = own.console()) {
      PgBouncerVersion version = console.version();
      own.stop();
      assertThatThrownBy(console::version).hasMessageContaining("is PgBouncer running there?");
      own.startAgain();
      assertThat(console.version()).isEqualTo(version);
      own.stop();
      own.startAgain();
      assertThat(console.version()).as("the kept connection was broken").isEqualTo(version);
      console.close();
      console.close();
      assertThat(console.version()).as("logs in again").isEqualTo(version);
    }
  }

  @Test
  void aDataSourceWithTheUrlOfTheConsoleDoesAsWell() throws Exception {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(PgBouncerConsole.url("127.0.0.1", bouncer.port()));
    source.setUser(PgBouncer.STATS_USER);
    source.setPassword(PgBouncer.PASSWORD);
    assertThat(PgBouncerConsole.of(source).version()).isEqualTo(bouncer.console().version());
  }

  @Test
  void aWrongPasswordIsToldWithTheNextStepAndWithoutThePassword() {
    PgBouncerConsole console =
        PgBouncerConsole.at("127.0.0.1", bouncer.port(), PgBouncer.STATS_USER, "hunter2");
    assertThatThrownBy(console::version)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("127.0.0.1:" + bouncer.port())
        .hasMessageContaining("check the password")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aUserWhoMayNotReadTheConsoleIsToldWhereToNameIt() {
    PgBouncerConsole console =
        PgBouncerConsole.at("127.0.0.1", bouncer.port(), Database.USER, PgBouncer.PASSWORD);
    assertThatThrownBy(console::snapshot)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("stats_users");
  }

  @Test
  void aConsoleThatRefusesTheDriversParametersIsToldWhatToConfigure() throws Exception {
    try (PgBouncer bare =
        PgBouncer.start(database, Map.of("ignore_startup_parameters", "extra_float_digits"))) {
      PgBouncerConsole console = bare.console();
      if (answers(console)) {
        return; // versions that know replication themselves need no such line
      }
      assertThatThrownBy(console::version)
          .hasMessageContaining("ignore_startup_parameters = extra_float_digits,replication");
    }
  }

  private static boolean answers(PgBouncerConsole console) {
    try {
      console.version();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void aServerThatIsNoPgBouncerIsToldApart() {
    PGSimpleDataSource source = database.dataSource();
    assertThatThrownBy(() -> PgBouncerConsole.of(source).version())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("behind the given data source")
        .hasMessageContaining("this is PostgreSQL, not PgBouncer's console");
  }

  @Test
  void nobodyThereIsToldAsSuch() throws Exception {
    PgBouncer gone = PgBouncer.prepare();
    gone.close();
    assertThatThrownBy(() -> gone.console().version())
        .hasMessageContaining("is PgBouncer running there?");
  }

  private static long queries(PgBouncerConsole console) throws SQLException {
    return console.snapshot().traffic().stream().mapToLong(PgBouncerTraffic::queries).sum();
  }

  /** Both prepare and run on whichever server connection is free. */
  private static void takeTurns(Connection one, Connection other) throws SQLException {
    try (PreparedStatement first = one.prepareStatement("select pg_backend_pid(), ?::int");
        PreparedStatement second = other.prepareStatement("select pg_backend_pid(), ?::int")) {
      for (int i = 0; i < EXECUTIONS; i++) {
        backend(first, i);
        backend(second, i);
      }
    }
  }

  private static int backend(PreparedStatement statement, int value) throws SQLException {
    statement.setInt(1, value);
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      assertThat(row.getInt(2)).isEqualTo(value);
      return row.getInt(1);
    }
  }
}
