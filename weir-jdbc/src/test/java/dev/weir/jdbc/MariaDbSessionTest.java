package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.kit.MariaDb;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C1 in front of a MariaDB: a connection comes back as it was lent, as the server itself says. */
@Tag("mariadb")
@Timeout(180)
class MariaDbSessionTest {
  private static final String STATE =
      "select concat_ws(' ', @@autocommit, @@session.tx_read_only, @@session.tx_isolation,"
          + " database())";

  private static MariaDb mariaDb;
  private WeirDataSource db;

  @BeforeAll
  static void start() throws Exception {
    mariaDb = MariaDb.start();
    mariaDb.execute(
        "create table shop.account (id int primary key, balance int not null)",
        "create database elsewhere",
        "grant all on elsewhere.* to app@'%'");
  }

  @AfterAll
  static void stop() throws IOException {
    mariaDb.close();
  }

  /** A pool of one: the next holder gets what the last one left. */
  @BeforeEach
  void open() throws SQLException {
    mariaDb.execute("truncate shop.account");
    db = Shop.on(mariaDb, "state").pool(pool -> pool.min(1).max(1)).build();
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void whatWasSetIsSetBack() throws SQLException {
    String fresh;
    String backend;
    try (Connection connection = db.getConnection()) {
      fresh = ask(connection, STATE);
      backend = ask(connection, "select connection_id()");
      assertThat(fresh).isEqualTo("ON OFF REPEATABLE-READ shop");
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setCatalog("elsewhere");
      connection.setNetworkTimeout(Runnable::run, 12_345);
      connection.setAutoCommit(false);
      assertThat(ask(connection, STATE)).isEqualTo("OFF ON SERIALIZABLE elsewhere");
    }
    try (Connection connection = db.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(connection.isReadOnly()).isFalse();
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
      assertThat(connection.getCatalog()).isEqualTo("shop");
      assertThat(connection.getNetworkTimeout()).isZero();
      assertThat(ask(connection, STATE)).isEqualTo(fresh);
      assertThat(ask(connection, "select connection_id()")).isEqualTo(backend);
    }
  }

  @Test
  void whoOnlyReadsIsRefusedToWriteAndKeepsTheConnection() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setReadOnly(true);
      assertThatThrownBy(() -> execute(connection, "insert into account values (1, 100)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }
    try (Connection connection = db.getConnection()) {
      execute(connection, "insert into account values (1, 100)");
    }
    assertThat(db.pool().stats().created()).isEqualTo(1);
  }

  /** The driver calls a database a catalog, unless it is told otherwise. */
  @Test
  void aSchemaThatTheDriverDoesNotKnowDoesNoHarm() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setSchema("elsewhere");
    }
    try (Connection connection = db.getConnection()) {
      assertThat(ask(connection, "select database()")).isEqualTo("shop");
    }
    assertThat(db.pool().stats().created()).isEqualTo(1);
  }

  @Test
  void aSessionWithoutAutoCommitIsSetBackForGood() throws SQLException {
    db.close();
    db =
        Shop.on(mariaDb, "manual")
            .autoCommit(false)
            .catalog("elsewhere")
            .isolation(Isolation.READ_COMMITTED)
            .pool(pool -> pool.min(1).max(1))
            .build();
    try (Connection connection = db.getConnection()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setCatalog("shop");
      connection.setAutoCommit(true);
    }
    for (int holder = 0; holder < 2; holder++) {
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, STATE)).isEqualTo("OFF OFF READ-COMMITTED elsewhere");
      }
    }
    assertThat(mariaDb.ask("select count(*) from information_schema.innodb_trx"))
        .containsExactly("0");
  }

  @Test
  void whatWasNotCommittedIsRolledBackAndHoldsNoLock() throws SQLException {
    try (Connection connection = db.getConnection()) {
      connection.setAutoCommit(false);
      execute(connection, "insert into account values (1, 100)");
    }
    // Another session: it would wait for the lock of a transaction that is still open.
    mariaDb.execute("insert into shop.account values (1, 200)");
    try (Connection connection = db.getConnection()) {
      assertThat(ask(connection, "select balance from account")).isEqualTo("200");
    }
  }

  @Test
  void aHolderWhoChangesNothingCostsTheServerNoRequestBesideItsOwn() throws SQLException {
    String asked =
        "select variable_value from information_schema.session_status"
            + " where variable_name = 'questions'";
    try (Connection connection = db.getConnection()) {
      ask(connection, asked);
    }
    int before;
    try (Connection connection = db.getConnection()) {
      before = Integer.parseInt(ask(connection, asked));
    }
    try (Connection connection = db.getConnection()) {
      assertThat(Integer.parseInt(ask(connection, asked))).isEqualTo(before + 1);
    }
  }

  @Test
  void whatIsDoneBehindTheWrapperIsUndoneToo() throws Exception {
    Class<? extends Connection> driverType =
        Class.forName("org.mariadb.jdbc.Connection").asSubclass(Connection.class);
    try (Connection connection = db.getConnection()) {
      Connection driver = connection.unwrap(driverType);
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
    PreparedStatement prepared = connection.prepareStatement("select ?");
    ResultSet rows = statement.executeQuery("select seq from seq_1_to_10");
    connection.close();
    assertThat(statement.isClosed()).isTrue();
    assertThat(prepared.isClosed()).isTrue();
    assertThat(rows.isClosed()).isTrue();
    assertThatThrownBy(() -> statement.executeQuery("select 1"))
        .isInstanceOf(SQLException.class)
        .hasMessage("the statement is closed");
  }

  @Test
  void aResultThatStreamsAndWasNotReadToItsEndIsNotReadByTheNextHolder() throws SQLException {
    Connection connection = db.getConnection();
    Statement statement = connection.createStatement();
    statement.setFetchSize(10);
    ResultSet rows = statement.executeQuery("select seq from seq_1_to_100000");
    assertThat(rows.next()).isTrue();
    connection.close();
    try (Connection next = db.getConnection()) {
      assertThat(ask(next, "select 42")).isEqualTo("42");
    }
  }

  @Test
  void checksLeaveNoTransactionOpen() throws Exception {
    db.close();
    db =
        Shop.on(mariaDb, "checked")
            .autoCommit(false)
            .testQuery("select count(*) from account")
            .pool(pool -> pool.min(1).max(1).validationWindow(Duration.ZERO))
            .build();
    for (int i = 0; i < 3; i++) {
      db.getConnection().close();
    }
    assertThat(mariaDb.ask("select count(*) from information_schema.innodb_trx"))
        .containsExactly("0");
  }
}
