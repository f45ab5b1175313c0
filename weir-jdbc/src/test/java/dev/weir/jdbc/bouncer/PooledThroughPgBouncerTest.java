package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.JdbcBuilder;
import dev.weir.jdbc.TransactionOptions;
import dev.weir.jdbc.WeirDataSource;
import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C3: the data source in front of a real PgBouncer in transaction mode. */
@Timeout(120)
class PooledThroughPgBouncerTest {
  private static final int CALLERS = 12;
  private static final int TRANSACTIONS = 40;

  @Test
  void manyTransactionsOfTenConnectionsShareTwoServerConnections() throws Exception {
    try (Database database = Database.start();
        PgBouncer bouncer = PgBouncer.start(database, Map.of("default_pool_size", "2"))) {
      JdbcBuilder builder =
          WeirDataSource.builder()
              .url("jdbc:postgresql://127.0.0.1:" + bouncer.port() + "/" + Database.NAME)
              .user(Database.USER)
              .password(PgBouncer.PASSWORD)
              .pool(pool -> pool.min(10).max(10).acquireTimeout(Duration.ofSeconds(60)));
      bouncer.console().driverProperties().forEach(builder::driverProperty);
      try (WeirDataSource db = builder.build()) {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
          List<Future<Integer>> sums = new ArrayList<>();
          for (int i = 0; i < CALLERS; i++) {
            sums.add(callers.submit(() -> sum(db)));
          }
          for (Future<Integer> sum : sums) {
            assertThat(sum.get()).isEqualTo(TRANSACTIONS * (TRANSACTIONS - 1) / 2);
          }
        } finally {
          callers.shutdownNow();
        }
        assertThat(db.pool().stats().created()).isEqualTo(10);
        assertThat(bouncer.console().snapshot().serversActive()).isZero();
      }
    }
  }

  /** The same statement again and again, so that the driver would prepare it on the server. */
  private static int sum(WeirDataSource db) throws SQLException {
    int sum = 0;
    for (int i = 0; i < TRANSACTIONS; i++) {
      int added = i;
      sum +=
          db.inTransaction(
              TransactionOptions.defaults().withMaxWait(Duration.ofSeconds(60)),
              connection -> {
                try (PreparedStatement select = connection.prepareStatement("select ?::int")) {
                  select.setInt(1, added);
                  try (ResultSet rows = select.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                  }
                }
              });
    }
    return sum;
  }
}
