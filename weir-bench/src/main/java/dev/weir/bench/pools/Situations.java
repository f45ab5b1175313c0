package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.RacingPool;
import dev.weir.bench.pools.contender.Setup;
import dev.weir.bench.pools.stub.OpenFailedException;
import dev.weir.bench.pools.stub.Opening;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Callers that all come at once to an empty pool: when does each know how it went? */
final class Situations {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** A caller's end: when, and with what. */
  private record Outcome(long nanos, @Nullable Throwable thrown) {}

  private Situations() {}

  static Map<Metric, Double> run(Contender contender, Scenario scenario) throws Exception {
    return switch (scenario) {
      case SPIKE -> spike(contender, 0);
      case SPIKE20 -> spike(contender, scenario.callers());
      case DOWN -> down(contender);
      case HANG -> hang(contender);
      default -> throw new IllegalArgumentException(scenario + " is no situation");
    };
  }

  /** All want a connection and keep it, and there is room for all. */
  private static Map<Metric, Double> spike(Contender contender, int atATime) throws Exception {
    Opening slow = () -> Thread.sleep(100);
    Setup setup =
        Setup.empty(Scenario.SPIKE.connections(), Duration.ofSeconds(30), slow)
            .openingAtATime(atATime);
    int callers = Scenario.SPIKE.callers();
    return summary(outcomes(contender, setup, callers, callers, true));
  }

  private static Map<Metric, Double> down(Contender contender) throws Exception {
    Opening failing =
        () -> {
          Thread.sleep(20);
          throw new OpenFailedException();
        };
    Setup setup = Setup.empty(Scenario.DOWN.connections(), PATIENCE, failing);
    int callers = Scenario.DOWN.callers();
    return summary(outcomes(contender, setup, callers, callers, false));
  }

  /** All but one can be served, and by the connections of the others so can be the one. */
  private static Map<Metric, Double> hang(Contender contender) throws Exception {
    CountDownLatch forEver = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    Opening hangsOnce =
        () -> {
          if (first.getAndSet(false)) {
            forEver.await();
          }
          Thread.sleep(5);
        };
    Setup setup = Setup.empty(Scenario.HANG.connections(), Duration.ofSeconds(1), hangsOnce);
    int callers = Scenario.HANG.callers();
    try {
      // A pool that opens on its callers' threads cannot save the one that hangs: that is its own.
      return summary(outcomes(contender, setup, callers, callers - 1, false));
    } finally {
      forEver.countDown();
    }
  }

  /** The first {@code needed} outcomes of so many callers. */
  private static List<Outcome> outcomes(
      Contender contender, Setup setup, int callers, int needed, boolean keep) throws Exception {
    // What a pool loads on its first use is no part of the situation.
    Heat.filled(contender, Setup.full(2)).close();
    RacingPool pool = contender.builder().build(setup);
    List<Outcome> outcomes = new ArrayList<>();
    CountDownLatch known = new CountDownLatch(needed);
    CyclicBarrier together = new CyclicBarrier(callers);
    for (int i = 0; i < callers; i++) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                Outcome outcome = call(pool, together, keep);
                synchronized (outcomes) {
                  outcomes.add(outcome);
                }
                known.countDown();
              });
    }
    // An open on its caller's thread may hang beyond the caller's timeout.
    known.await(PATIENCE.toMillis() * 2, TimeUnit.MILLISECONDS);
    List<Outcome> seen;
    synchronized (outcomes) {
      seen = new ArrayList<>(outcomes.subList(0, Math.min(needed, outcomes.size())));
    }
    while (seen.size() < needed) {
      seen.add(new Outcome(PATIENCE.toNanos() * 2, new IllegalStateException("knows nothing")));
    }
    // Some wait for what hangs while they close.
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                pool.close();
              } catch (Exception e) {
                // The JVM ends soon.
              }
            });
    return seen;
  }

  private static Outcome call(RacingPool pool, CyclicBarrier together, boolean keep) {
    long came = System.nanoTime();
    try {
      together.await();
      came = System.nanoTime();
      Object held = pool.acquire();
      long waited = System.nanoTime() - came;
      if (!keep) {
        Thread.sleep(1);
        pool.release(held);
      }
      return new Outcome(waited, null);
    } catch (Throwable e) {
      return new Outcome(System.nanoTime() - came, e);
    }
  }

  private static Map<Metric, Double> summary(List<Outcome> outcomes) {
    Map<Metric, Double> result = new EnumMap<>(Metric.class);
    double first = Double.MAX_VALUE;
    double last = 0;
    int served = 0;
    int told = 0;
    for (Outcome outcome : outcomes) {
      first = Math.min(first, outcome.nanos);
      last = Math.max(last, outcome.nanos);
      if (outcome.thrown == null) {
        served++;
      } else if (OpenFailedException.isBehind(outcome.thrown)) {
        told++;
      }
    }
    result.put(Metric.FIRST_KNEW, first);
    result.put(Metric.LAST_KNEW, last);
    result.put(Metric.SERVED, (double) served);
    result.put(Metric.TOLD_THE_CAUSE, (double) told);
    return result;
  }
}
