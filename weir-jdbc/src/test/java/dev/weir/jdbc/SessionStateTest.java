package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.backend;
import static dev.weir.jdbc.Shop.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.kit.Postgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** C1: a connection comes back as it was lent. */
@Timeout(120)
class SessionStateTest {
  private static Postgres postgres;
  private WeirDataSource db;

  @BeforeAll
  static void start() throws Exception {
    postgres = Postgres.start();
    postgres.execute("create table account (id int primary key, balance int not null)");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  /** A pool of one: the next holder gets what the last one left. */
  @BeforeEach
  void open() throws SQLException {
    postgres.execute("truncate account");
    db = Shop.on(postgres, "state").pool(pool -> pool.min(1).max(1)).build();
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void aConnectionThatIsClosedServesTheNext() throws SQLException {
    String first;
    try (Connection connection = db.getConnection()) {
      first = backend(connection);
    }
    try (Connection connection = db.getConnection()) {
      assertThat(backend(connection)).isEqualTo(first);
    }
  }

  @Test
  void whatWasSetIsSetBack() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setSchema("pg_catalog");
      connection.setNetworkTimeout(Runnable::run, 12_345);
      connection.setAutoCommit(false);
      assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
    }
    try (Connection connection = db.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(connection.isReadOnly()).isFalse();
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
      assertThat(connection.getSchema()).isEqualTo("public");
      assertThat(connection.getNetworkTimeout()).isZero();
      assertThat(ask(connection, "show transaction_read_only")).isEqualTo("off");
      assertThat(ask(connection, "show transaction_isolation")).isEqualTo("read committed");
    }
  }

  @Test
  void aSessionWithoutAutoCommitIsSetBackForGood() throws SQLException {
    db.close();
    db =
        Shop.on(postgres, "manual")
            .autoCommit(false)
            .schema("pg_catalog")
            .isolation(Isolation.REPEATABLE_READ)
            .pool(pool -> pool.min(1).max(1))
            .build();
    try (Connection connection = db.getConnection()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setSchema("public");
      connection.setAutoCommit(true);
    }
    for (int holder = 0; holder < 2; holder++) {
      try (Connection connection = db.getConnection()) {
        assertThat(connection.getAutoCommit()).isFalse();
        assertThat(connection.getSchema()).isEqualTo("pg_catalog");
        assertThat(ask(connection, "show transaction_isolation")).isEqualTo("repeatable read");
      }
    }
    assertThat(postgres.ask("select state from pg_stat_activity where application_name = 'manual'"))
        .containsExactly("idle");
  }

  @Test
  void whatWasNotCommittedIsRolledBack() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setAutoCommit(false);
      execute(connection, "insert into account values (1, 100)");
    }
    try (Connection connection = db.getConnection()) {
      assertThat(ask(connection, "select count(*) from account")).isEqualTo("0");
    }
  }

  @Test
  void whatWasCommittedStays() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setAutoCommit(false);
      execute(connection, "insert into account values (1, 100)");
      connection.commit();
    }
    assertThat(postgres.ask("select balance from account")).containsExactly("100");
  }

  @Test
  void aHolderWhoChangesNothingCostsTheServerNoRequestBesideItsOwn() throws SQLException {
    try (Connection connection = db.getConnection()) {
      ask(connection, "select 42");
    }
    assertThat(postgres.ask("select query from pg_stat_activity where application_name = 'state'"))
        .containsExactly("select 42");
  }

  @Test
  void whatIsDoneBehindTheWrapperIsUndoneToo() throws Exception {
    try (Connection connection = db.getConnection()) {
      Connection driver = (Connection) connection.unwrap(PGConnection.class);
      assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
      driver.setAutoCommit(false);
      execute(driver, "insert into account values (2, 100)");
    }
    try (Connection connection = db.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(ask(connection, "select count(*) from account")).isEqualTo("0");
    }
  }

  @Test
  void whatWasLeftOpenIsClosedWithTheConnection() throws SQLException {
    Connection connection = db.getConnection();
    Statement statement = connection.createStatement();
    PreparedStatement prepared = connection.prepareStatement("select 1");
    ResultSet rows = statement.executeQuery("select generate_series(1, 10)");
    ResultSet tables = connection.getMetaData().getTables(null, null, "account", null);
    Statement driver =
        statement.unwrap(org.postgresql.PGStatement.class) instanceof Statement s ? s : statement;
    connection.close();
    assertThat(driver.isClosed()).isTrue();
    assertThat(statement.isClosed()).isTrue();
    assertThat(prepared.isClosed()).isTrue();
    assertThat(rows.isClosed()).isTrue();
    assertThat(tables.isClosed()).isTrue();
    assertThatThrownBy(() -> statement.executeQuery("select 1"))
        .isInstanceOf(SQLException.class)
        .hasMessage("the statement is closed");
    assertThatThrownBy(prepared::executeQuery).isInstanceOf(SQLException.class);
  }

  @Test
  void statementsMayBeClosedInAnyOrder() throws SQLException {
    try (Connection connection = db.getConnection()) {
      Statement first = connection.createStatement();
      Statement second = connection.createStatement();
      Statement third = connection.createStatement();
      second.close();
      second.close();
      third.close();
      Statement fourth = connection.createStatement();
      first.close();
      try (ResultSet rows = fourth.executeQuery("select 4")) {
        assertThat(rows.next()).isTrue();
      }
      assertThat(fourth.isClosed()).isFalse();
    }
  }

  @Test
  void everythingLeadsBackToTheLeasedConnection() throws SQLException {
    try (Connection connection = db.getConnection();
        PreparedStatement prepared = connection.prepareStatement("select ?");
        Statement call = connection.prepareCall("{ call now() }")) {
      prepared.setInt(1, 7);
      DatabaseMetaData metaData = connection.getMetaData();
      try (ResultSet rows = prepared.executeQuery();
          ResultSet types = metaData.getTypeInfo()) {
        assertThat(prepared.getConnection()).isSameAs(connection);
        assertThat(call.getConnection()).isSameAs(connection);
        assertThat(metaData.getConnection()).isSameAs(connection);
        assertThat(rows.getStatement()).isSameAs(prepared);
        assertThat(types.next()).isTrue();
      }
    }
  }

  @Test
  void aClosedConnectionRefusesItsHolder() throws SQLException {
    Connection connection = db.getConnection();
    connection.close();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThatThrownBy(connection::createStatement)
        .isInstanceOf(SQLException.class)
        .hasMessage("the connection is closed")
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("08003");
    assertThatThrownBy(() -> connection.setClientInfo("ApplicationName", "late"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void aConnectionClosedByManyThreadsIsGivenBackOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 200; round++) {
        Connection connection = db.getConnection();
        connection.setReadOnly(true);
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
          threads.execute(
              () -> {
                try {
                  go.await();
                  connection.close();
                } catch (InterruptedException | SQLException e) {
                  throw new AssertionError(e);
                }
              });
        }
        go.countDown();
        try (Connection next = db.getConnection()) {
          assertThat(next.isReadOnly()).isFalse();
          assertThat(db.pool().stats().active()).isEqualTo(1);
        }
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(db.pool().stats().created()).isEqualTo(1);
  }

  @Test
  void checksLeaveNoTransactionOpen() throws Exception {
    db.close();
    db =
        Shop.on(postgres, "checked")
            .autoCommit(false)
            .pool(pool -> pool.min(1).max(1).validationWindow(Duration.ZERO))
            .build();
    for (int i = 0; i < 3; i++) {
      db.getConnection().close();
    }
    assertThat(
            postgres.ask("select state from pg_stat_activity where application_name = 'checked'"))
        .containsExactly("idle");
  }
}
