package dev.weir.bench.workloads;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One contender in one configuration: its name, its connections, and what they have done so far.
 */
final class Entrant implements AutoCloseable {
  private static final int FILL_SECONDS = 60;

  private final String name;
  private final int size;
  private final boolean pools;
  private final Opener opener;
  private final Connections connections;
  private long calls;
  private long failures;

  private Entrant(String name, int size, boolean pools, Opener opener, Connections connections) {
    this.name = name;
    this.size = size;
    this.pools = pools;
    this.opener = opener;
    this.connections = connections;
  }

  /** A pool of {@code size} connections. */
  static Entrant pool(String name, int size, Opener opener, Function<Opener, Connections> make) {
    return new Entrant(name, size, true, opener, make.apply(opener));
  }

  /** A connection for each call. */
  static Entrant withoutPool(Opener opener) {
    return new Entrant(Contenders.NO_POOL, 0, false, opener, new FreshConnections(opener));
  }

  String name() {
    return name;
  }

  /** Connections; 0 without a pool. */
  int size() {
    return size;
  }

  boolean pools() {
    return pools;
  }

  /** Takes all connections at a time and gives them back, so that all are open afterwards. */
  void fill() throws InterruptedException {
    if (!pools) {
      return;
    }
    var all = new CountDownLatch(size);
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> fills = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        fills.add(clients.submit(() -> holdUntil(all)));
      }
      for (Future<?> fill : fills) {
        fill.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " cannot open " + size + " connections", e.getCause());
    }
  }

  private @Nullable Void holdUntil(CountDownLatch all) throws Exception {
    Connections.Held held = connections.acquire();
    all.countDown();
    boolean full = all.await(FILL_SECONDS, TimeUnit.SECONDS);
    held.release();
    if (!full) {
      throw new TimeoutException(all.getCount() + " of " + size + " were not opened in time");
    }
    return null;
  }

  /** Runs one closed loop over these connections. */
  Measured run(int clients, Duration work, Window window) throws InterruptedException {
    Measured measured = ClosedLoop.run(connections, size, clients, work, window);
    calls += measured.calls();
    failures += measured.failures();
    return measured;
  }

  /** The share of calls, from the first on, that did not need a connection of their own. */
  double reuse() {
    return calls == 0 ? 0 : Math.max(0, 1 - (double) opener.opened() / calls);
  }

  long opened() {
    return opener.opened();
  }

  long calls() {
    return calls;
  }

  long failures() {
    return failures;
  }

  /** Calls carried by each connection. */
  long[] callsPerConnection() {
    return opener.calls();
  }

  @Override
  public void close() {
    connections.close();
  }
}
