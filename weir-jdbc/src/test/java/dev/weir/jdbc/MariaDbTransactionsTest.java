package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.execute;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.MariaDb;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C2: transactions on a real MariaDB. */
@Tag("mariadb")
@Timeout(180)
class MariaDbTransactionsTest {
  private static final TransactionOptions DEFAULTS = TransactionOptions.defaults();
  private static MariaDb mariaDb;
  private WeirDataSource db;

  @BeforeAll
  static void start() throws Exception {
    mariaDb = MariaDb.start();
    mariaDb.execute("create table shop.account (id int primary key, balance int not null)");
  }

  @AfterAll
  static void stop() throws IOException {
    mariaDb.close();
  }

  @BeforeEach
  void open() throws SQLException {
    mariaDb.execute("truncate shop.account", "insert into shop.account values (1, 100), (2, 100)");
    db = Shop.on(mariaDb, "transactions").pool(p -> p.min(1).max(4)).build();
  }

  @AfterEach
  void close() {
    db.close();
  }

  private static void add(Connection connection, int account, int amount) throws SQLException {
    execute(
        connection, "update account set balance = balance + " + amount + " where id = " + account);
  }

  private static List<String> balances() throws SQLException {
    return mariaDb.ask("select balance from shop.account order by id");
  }

  @Test
  void workThatReturnsIsCommittedAndWorkThatThrowsIsRolledBack() throws SQLException {
    db.inTransaction(
        connection -> {
          add(connection, 1, -30);
          add(connection, 2, 30);
          return null;
        });
    IOException own = new IOException("no ink");
    assertThatThrownBy(
            () ->
                db.<Void, IOException>inTransaction(
                    connection -> {
                      add(connection, 1, -30);
                      throw own;
                    }))
        .isSameAs(own);
    assertThat(balances()).containsExactly("70", "130");
    assertThat(db.pool().stats().active()).isZero();
  }

  @Test
  void theNextHolderFindsNothingOfATransaction() throws SQLException {
    db.pool().resize(1, 1);
    db.inTransaction(
        DEFAULTS.withIsolation(Isolation.SERIALIZABLE).withReadOnly(true),
        connection -> {
          assertThat(ask(connection, "select @@session.tx_isolation")).isEqualTo("SERIALIZABLE");
          return null;
        });
    try (Connection connection = db.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(connection.isReadOnly()).isFalse();
      assertThat(ask(connection, "select @@session.tx_isolation")).isEqualTo("REPEATABLE-READ");
      add(connection, 1, 1);
    }
    assertThat(balances()).containsExactly("101", "100");
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
  }

  @Test
  void aTransactionThatTakesTooLongIsCancelledAndRolledBack() throws SQLException {
    assertThatThrownBy(
            () ->
                db.inTransaction(
                    DEFAULTS.withTimeout(ofMillis(200)),
                    connection -> {
                      add(connection, 1, 1);
                      return ask(connection, "select sleep(60)");
                    }))
        .isInstanceOf(SQLTimeoutException.class)
        .hasMessageContaining("200 ms");
    assertThat(balances()).containsExactly("100", "100");
    await().until(() -> db.pool().stats().active() == 0);
  }

  /** Two transactions that read what the other writes: one of them has to lose. */
  private int lostConflicts(int retries) throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    TransactionOptions options =
        DEFAULTS.withIsolation(Isolation.SERIALIZABLE).withRetries(retries);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    int lost = 0;
    try {
      List<Future<?>> results = new ArrayList<>();
      for (int i = 1; i <= 2; i++) {
        int mine = i;
        AtomicInteger tries = new AtomicInteger();
        results.add(
            threads.submit(
                () ->
                    db.<@Nullable Void, Exception>inTransaction(
                        options,
                        connection -> {
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
        } catch (ExecutionException e) {
          assertThat(e.getCause())
              .isInstanceOfSatisfying(
                  SQLException.class, sql -> assertThat(sql.getSQLState()).isEqualTo("40001"));
          lost++;
        }
      }
    } finally {
      threads.shutdownNow();
    }
    return lost;
  }

  @Test
  void whoLosesADeadlockIsToldUnlessRetriesAreAskedFor() throws Exception {
    assertThat(lostConflicts(0)).isEqualTo(1);
    assertThat(lostConflicts(5)).isZero();
    assertThat(balances().stream().mapToInt(Integer::parseInt).sum()).isEqualTo(203);
    assertThat(db.pool().stats().destroyed()).isZero();
  }

  @Test
  void aConnectionLostDuringTheCommitIsAnUnknownOutcomeAndNotRunAgain() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(mariaDb.port());
        WeirDataSource through =
            Shop.on(mariaDb, "through")
                .url(MariaDb.url(proxy.port()))
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
