package dev.weir.bench.databases;

import dev.weir.jdbc.Credentials;
import dev.weir.jdbc.TransactionOptions;
import dev.weir.jdbc.WeirDataSource;
import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A service that lives through what a day brings: callers who work, who are slow, who hold a
 * connection for too long or forget it, a server that restarts, a password that changes.
 */
final class Service implements AutoCloseable {
  static final String NAME = "weir-service";
  private static final int CALLERS = 24;
  private static final Duration LEAK = Duration.ofMillis(500);

  /** What callers got. */
  enum Outcome {
    SERVED,
    /** Took longer than its transaction may. */
    CANCELLED,
    /** There was no connection: the server was away. */
    REFUSED,
    /** The server went while it was at work. */
    CUT_OFF,
    /** Held for longer than the threshold; the pool took the connection back. */
    LEAKED,
    /** Forgotten without being closed. */
    FORGOTTEN
  }

  private final Database database;
  private final WeirDataSource source;
  private final Map<Outcome, AtomicLong> outcomes = new EnumMap<>(Outcome.class);
  private final List<Thread> callers = new ArrayList<>();
  private volatile Credentials credentials = new Credentials("service_0", "");
  private volatile boolean over;

  Service(Database database, long seed) throws SQLException {
    this.database = database;
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new AtomicLong());
    }
    database.execute("create role service login");
    database.execute("grant all on account to service");
    newRole(0);
    source =
        WeirDataSource.builder()
            .url(database.url())
            .credentials(() -> credentials)
            .driverProperty("ApplicationName", NAME)
            .pool(
                pool ->
                    pool.name(NAME)
                        .min(2)
                        .max(10)
                        .idleTimeout(Duration.ofSeconds(2))
                        .evictionInterval(Duration.ofMillis(200))
                        .maxLifetime(Duration.ofSeconds(5))
                        .keepAliveInterval(Duration.ofSeconds(1))
                        .leakThreshold(LEAK)
                        .leakReclaim(true))
            .build();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < CALLERS; i++) {
      SplittableRandom own = random.split();
      callers.add(Thread.ofVirtual().name("caller-" + i).start(() -> live(own)));
    }
  }

  WeirDataSource source() {
    return source;
  }

  long count(Outcome outcome) {
    return Objects.requireNonNull(outcomes.get(outcome)).get();
  }

  /** The password, and here the user, is another from now on. */
  void rotate(int turn) throws SQLException {
    newRole(turn);
    credentials = new Credentials("service_" + turn, "");
    source.pool().evictAll();
  }

  private void newRole(int turn) throws SQLException {
    database.execute("create role service_" + turn + " login in role service");
  }

  private void live(SplittableRandom random) {
    while (!over) {
      int what = random.nextInt(1000);
      try {
        if (what < 1) {
          forget();
        } else if (what < 3) {
          hold();
        } else if (what < 10) {
          dawdle();
        } else {
          work();
        }
      } catch (SQLTransientConnectionException e) {
        add(Outcome.REFUSED);
      } catch (SQLException e) {
        add(Outcome.CUT_OFF);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void add(Outcome outcome) {
    Objects.requireNonNull(outcomes.get(outcome)).incrementAndGet();
  }

  private void work() throws SQLException {
    try (Connection connection = source.getConnection()) {
      Work.TRANSACTION.on(connection);
    }
    add(Outcome.SERVED);
  }

  /** A query that takes longer than its transaction may. */
  private void dawdle() throws SQLException {
    try {
      source.inTransaction(
          TransactionOptions.defaults().withTimeout(Duration.ofMillis(100)),
          connection -> {
            try (var statement = connection.createStatement()) {
              return statement.execute("select pg_sleep(30)");
            }
          });
    } catch (SQLTimeoutException e) {
      add(Outcome.CANCELLED);
    }
  }

  /** Keeps a connection for longer than anybody should. */
  private void hold() throws SQLException, InterruptedException {
    try (Connection connection = source.getConnection()) {
      Work.SELECT.on(connection);
      // To hold for too long is the whole of what this caller does; there is nothing to await.
      Thread.sleep(LEAK.multipliedBy(3));
      add(Outcome.LEAKED);
    }
  }

  /** Loses a connection for good. */
  private void forget() throws SQLException {
    Connection connection = source.getConnection();
    Work.SELECT.on(connection);
    Reference.reachabilityFence(connection);
    add(Outcome.FORGOTTEN);
  }

  /** Ends the callers; the pool goes on. */
  void quiet() throws InterruptedException {
    over = true;
    for (Thread caller : callers) {
      caller.join();
    }
  }

  @Override
  public void close() throws InterruptedException {
    quiet();
    source.close();
  }
}
