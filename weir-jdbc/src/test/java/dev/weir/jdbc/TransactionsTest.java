package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.execute;
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
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C2: transactions on a real PostgreSQL. */
@Timeout(120)
class TransactionsTest {
  private static final TransactionOptions DEFAULTS = TransactionOptions.defaults();
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

  @BeforeEach
  void open() throws SQLException {
    postgres.execute("truncate account", "insert into account values (1, 100), (2, 100)");
    db = Shop.on(postgres, "transactions").pool(p -> p.min(1).max(4)).build();
  }

  @AfterEach
  void close() {
    db.close();
  }

  private static void add(Connection connection, int account, int amount) throws SQLException {
    execute(
        connection, "update account set balance = balance + " + amount + " where id = " + account);
  }

  private static java.util.List<String> balances() throws SQLException {
    return postgres.ask("select balance from account order by id");
  }

  @Test
  void theDefaultsAreThoseOfThePromise() {
    assertThat(DEFAULTS)
        .isEqualTo(
            new TransactionOptions(ofSeconds(5), ofSeconds(10), Isolation.DEFAULT, false, 0));
  }

  @Test
  void workThatReturnsIsCommitted() throws SQLException {
    String result =
        db.inTransaction(
            connection -> {
              add(connection, 1, -30);
              add(connection, 2, 30);
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(balances()).containsExactly("70", "130");
  }

  @Test
  void workThatThrowsIsRolledBackAndTheCallerGetsWhatItThrew() throws SQLException {
    IOException own = new IOException("no ink");
    assertThatThrownBy(
            () ->
                db.<Void, IOException>inTransaction(
                    connection -> {
                      add(connection, 1, -30);
                      throw own;
                    }))
        .isSameAs(own);
    assertThat(balances()).containsExactly("100", "100");
    assertThat(db.pool().stats().active()).isZero();
  }

  @Test
  void theNextHolderFindsNothingOfATransaction() throws SQLException {
    db.pool().resize(1, 1);
    db.inTransaction(
        DEFAULTS.withIsolation(Isolation.SERIALIZABLE).withReadOnly(true),
        connection -> {
          assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
          assertThat(ask(connection, "show transaction_read_only")).isEqualTo("on");
          return null;
        });
    try (Connection connection = db.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(ask(connection, "show transaction_isolation")).isEqualTo("read committed");
      assertThat(ask(connection, "show transaction_read_only")).isEqualTo("off");
    }
  }

  @Test
  void aTransactionWithinAnotherIsUndoneAlone() throws SQLException {
    db.inTransaction(
        outer -> {
          add(outer, 1, 1);
          assertThatThrownBy(
                  () ->
                      db.inTransaction(
                          inner -> {
                            assertThat(inner).isSameAs(outer);
                            add(inner, 1, 10);
                            throw new SQLException("no");
                          }))
              .hasMessage("no");
          db.inTransaction(
              inner -> {
                add(inner, 2, 5);
                return null;
              });
          return null;
        });
    assertThat(balances()).containsExactly("101", "105");
    assertThat(db.pool().stats().created()).isEqualTo(1);
  }

  @Test
  void aFailedStatementOfAnInnerTransactionLeavesTheOuterOneUsable() throws SQLException {
    db.inTransaction(
        outer -> {
          assertThatThrownBy(
                  () ->
                      db.inTransaction(
                          inner -> {
                            execute(inner, "select 1/0");
                            return null;
                          }))
              .isInstanceOf(SQLException.class);
          add(outer, 1, 1);
          return null;
        });
    assertThat(balances()).containsExactly("101", "100");
  }

  @Test
  void anInnerTransactionMayNotAskForAnotherIsolation() throws SQLException {
    db.inTransaction(
        outer -> {
          assertThatThrownBy(
                  () ->
                      db.inTransaction(
                          DEFAULTS.withIsolation(Isolation.SERIALIZABLE), inner -> null))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("isolation");
          return null;
        });
  }

  @Test
  void theWorkCannotEndItsTransactionItself() throws SQLException {
    db.inTransaction(
        connection -> {
          assertThatThrownBy(connection::commit).hasMessageContaining("inTransaction");
          assertThatThrownBy(connection::rollback).hasMessageContaining("inTransaction");
          assertThatThrownBy(() -> connection.setAutoCommit(true))
              .hasMessageContaining("inTransaction");
          connection.close();
          add(connection, 1, 1);
          return null;
        });
    assertThat(balances()).containsExactly("101", "100");
  }

  @Test
  void aTransactionThatTakesTooLongIsCancelledAndRolledBack() throws SQLException {
    assertThatThrownBy(
            () ->
                db.inTransaction(
                    DEFAULTS.withTimeout(ofMillis(200)),
                    connection -> {
                      add(connection, 1, 1);
                      return ask(connection, "select pg_sleep(60)");
                    }))
        .isInstanceOf(SQLTimeoutException.class)
        .hasMessageContaining("200 ms");
    assertThat(balances()).containsExactly("100", "100");
    await().until(() -> db.pool().stats().active() == 0);
  }

  @Test
  void workThatDawdlesOutsideTheDatabaseIsNotCommittedEither() {
    AtomicInteger refused = new AtomicInteger();
    assertThatThrownBy(
            () ->
                db.inTransaction(
                    DEFAULTS.withTimeout(ofMillis(50)),
                    connection -> {
                      add(connection, 1, 1);
                      await()
                          .until(
                              () -> {
                                try {
                                  ask(connection, "select 1");
                                  return false;
                                } catch (SQLException e) {
                                  refused.incrementAndGet();
                                  return true;
                                }
                              });
                      return null;
                    }))
        .isInstanceOf(SQLTimeoutException.class);
    assertThat(refused).hasValue(1);
  }

  @Test
  void aServerThatDoesNotEvenCancelIsCutOff() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(postgres.port());
        WeirDataSource through =
            WeirDataSource.builder()
                .url("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres")
                .user("postgres")
                .pool(p -> p.min(1).max(1))
                .build()) {
      assertThatThrownBy(
              () ->
                  through.inTransaction(
                      DEFAULTS.withTimeout(ofMillis(200)),
                      connection -> {
                        proxy.stall();
                        return ask(connection, "select 1");
                      }))
          .isInstanceOf(SQLTimeoutException.class);
    }
  }

  @Test
  void whoFindsNoConnectionInTimeIsTold() throws SQLException {
    db.pool().resize(1, 1);
    try (Connection held = db.getConnection()) {
      assertThat(held.isClosed()).isFalse();
      assertThatThrownBy(
              () -> db.inTransaction(DEFAULTS.withMaxWait(ofMillis(50)), connection -> null))
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining("no connection within 50 ms");
    }
  }

  /** Two transactions that read what the other writes: one of them has to lose. */
  private int lostConflicts(int retries) throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();
    TransactionOptions options =
        DEFAULTS.withIsolation(Isolation.SERIALIZABLE).withRetries(retries);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    int lost = 0;
    try {
      var results = new java.util.ArrayList<Future<?>>();
      for (int i = 1; i <= 2; i++) {
        int mine = i;
        AtomicInteger tries = new AtomicInteger();
        results.add(
            threads.submit(
                () ->
                    db.<@org.jspecify.annotations.Nullable Void, Exception>inTransaction(
                        options,
                        connection -> {
                          runs.incrementAndGet();
                          ask(connection, "select sum(balance) from account");
                          if (tries.getAndIncrement() == 0) {
                            both.await(30, TimeUnit.SECONDS);
                          }
                          add(connection, mine, 1);
                          return null;
                        })));
      }
      for (Future<?> result : results) {
        try {
          result.get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e.getCause())
              .isInstanceOfSatisfying(
                  SQLException.class, sql -> assertThat(sql.getSQLState()).isEqualTo("40001"));
          lost++;
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(runs.get()).isGreaterThanOrEqualTo(2);
    return lost;
  }

  @Test
  void whoLosesAConflictIsToldUnlessRetriesAreAskedFor() throws Exception {
    assertThat(lostConflicts(0)).isEqualTo(1);
    assertThat(lostConflicts(5)).isZero();
    assertThat(balances().stream().mapToInt(Integer::parseInt).sum()).isEqualTo(203);
  }

  @Test
  void aConnectionLostDuringTheCommitIsAnUnknownOutcomeAndNotRunAgain() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(postgres.port());
        WeirDataSource through =
            WeirDataSource.builder()
                .url("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres")
                .user("postgres")
                .pool(p -> p.min(1).max(1))
                .build()) {
      AtomicInteger runs = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  through.inTransaction(
                      DEFAULTS.withRetries(5),
                      connection -> {
                        runs.incrementAndGet();
                        add(connection, 1, 1);
                        proxy.closeConnections();
                        return null;
                      }))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08007"));
      assertThat(runs).hasValue(1);
    }
  }
}
