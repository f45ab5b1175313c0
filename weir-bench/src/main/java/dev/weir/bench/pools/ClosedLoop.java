package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.RacingPool;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Callers that acquire, hold, release, and come again at once.
 *
 * <p>Counted is what ends inside the window. A wait that is not over when the window ends counts
 * with what it has lasted by then, or a pool that lets callers starve would look quick.
 */
final class ClosedLoop {
  private static final int WARMING = 0;
  private static final int COUNTING = 1;
  private static final int OVER = 2;

  private final RacingPool pool;
  private final Scenario scenario;
  private final long holdNanos;
  private final List<Caller> callers = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile int phase = WARMING;
  private volatile long end;

  private ClosedLoop(RacingPool pool, Scenario scenario) {
    this.pool = pool;
    this.scenario = scenario;
    this.holdNanos = scenario.hold().toNanos();
  }

  /** Runs one scenario. */
  static Map<Metric, Double> run(
      RacingPool pool, Scenario scenario, Duration warmUp, Duration window) throws Exception {
    return new ClosedLoop(pool, scenario).run(warmUp, window);
  }

  private Map<Metric, Double> run(Duration warmUp, Duration window) throws Exception {
    var builder = scenario.virtual() ? Thread.ofVirtual() : Thread.ofPlatform().name("caller-", 0);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < scenario.callers(); i++) {
      Caller caller = new Caller();
      callers.add(caller);
      threads.add(builder.unstarted(caller));
    }
    try (Heartbeat heartbeat = new Heartbeat()) {
      threads.forEach(Thread::start);
      Thread.sleep(warmUp);
      long cpuBefore = cpu();
      long began = System.nanoTime();
      heartbeat.count();
      phase = COUNTING;
      Thread.sleep(window);
      end = System.nanoTime();
      phase = OVER;
      double passed = end - began;
      double cores = (cpu() - cpuBefore) / passed;
      long late = heartbeat.worst();
      for (Thread thread : threads) {
        thread.join();
      }
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new IllegalStateException("a caller failed in scenario " + scenario.id(), thrown);
      }
      return summary(passed, cores, late);
    }
  }

  private Map<Metric, Double> summary(double passed, double cores, long late) {
    Waits waits = new Waits();
    long total = 0;
    long least = Long.MAX_VALUE;
    long most = 0;
    for (Caller caller : callers) {
      waits.add(caller.waits);
      total += caller.served;
      least = Math.min(least, caller.served);
      most = Math.max(most, caller.served);
    }
    Map<Metric, Double> result = new EnumMap<>(Metric.class);
    result.put(Metric.OPS_PER_SECOND, total / passed * 1e9);
    result.put(Metric.WAIT_P50, waits.quantile(0.5));
    result.put(Metric.WAIT_P95, waits.quantile(0.95));
    result.put(Metric.WAIT_P99, waits.quantile(0.99));
    result.put(Metric.WAIT_MAX, (double) waits.max());
    result.put(Metric.LEAST_SERVED, (double) least);
    result.put(Metric.MOST_SERVED, (double) most);
    result.put(Metric.STARVED, starved(callers.stream().mapToLong(c -> c.served).toArray()));
    result.put(Metric.CORES, cores);
    result.put(Metric.HEARTBEAT_MAX, (double) late);
    return result;
  }

  /** The share of those that got less than a tenth of the mean. */
  static double starved(long[] served) {
    double total = 0;
    for (long each : served) {
      total += each;
    }
    int starved = 0;
    for (long each : served) {
      if (each < total / served.length / 10) {
        starved++;
      }
    }
    return (double) starved / served.length;
  }

  private static long cpu() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return ((com.sun.management.OperatingSystemMXBean) Objects.requireNonNull(system))
        .getProcessCpuTime();
  }

  /** Written by its own thread, read when that has ended. */
  private final class Caller implements Runnable {
    final Waits waits = new Waits();
    long served;

    @Override
    public void run() {
      try {
        while (phase != OVER) {
          long came = System.nanoTime();
          Object held = pool.acquire();
          long waited = System.nanoTime() - came;
          if (holdNanos > 0) {
            LockSupport.parkNanos(holdNanos);
          } else {
            Thread.yield();
          }
          pool.release(held);
          count(came, waited);
        }
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }

    private void count(long came, long waited) {
      int now = phase;
      if (now == COUNTING) {
        served++;
        waits.record(waited);
      } else if (now == OVER) {
        waits.record(Math.min(waited, end - came));
      }
    }
  }
}
