package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;

/** Leases that do not end. */
final class Leaks {
  private Leaks() {}

  @Promise(
      value = "A lease that is held too long is reported, with the code or thread that took it",
      needs = Feature.LEAK_REPORT,
      seconds = 90)
  static void reported(Stage stage) throws Exception {
    Duration threshold = stage.atLeast(ofMillis(300), Feature.LEAK_REPORT);
    Subject pool = stage.start(new Settings().fixed(2).leakThreshold(threshold));
    Caller<Held> taker = stage.call(() -> leakingCode(pool));
    taker.result(Stage.PATIENCE);
    stage.within(
        threshold.multipliedBy(2).plus(Stage.PATIENCE),
        () -> {
          poke(stage, pool);
          return !pool.leakReports().isEmpty();
        },
        "nothing was reported after twice the threshold of " + Stage.text(threshold));
    // Some pools tell it in several messages.
    Stage.pause(ofMillis(200));
    String report = String.join("\n", pool.leakReports());
    stage.require(
        report.contains("leakingCode") || report.contains(taker.thread().getName()),
        "the report names neither: " + report.lines().findFirst().orElse(""));
  }

  @Promise(
      value = "A lease that ends in time is not reported",
      needs = Feature.LEAK_REPORT,
      seconds = 90)
  static void notReported(Stage stage) throws Exception {
    Duration threshold = stage.atLeast(ofSeconds(2), Feature.LEAK_REPORT);
    Subject pool = stage.start(new Settings().fixed(2).leakThreshold(threshold));
    for (int i = 0; i < 10; i++) {
      Held held = stage.acquire(pool);
      Stage.pause(ofMillis(20));
      held.close();
    }
    Stage.pause(threshold.multipliedBy(3).dividedBy(2).plus(ofMillis(500)));
    poke(stage, pool);
    stage.require(
        pool.leakReports().isEmpty(), pool.leakReports().size() + " reports of leases that ended");
  }

  @Promise(
      value = "A lease that is held too long is taken back, and a waiter is served",
      needs = Feature.LEAK_RECLAIM,
      seconds = 90)
  static void reclaimed(Stage stage) throws Exception {
    Duration threshold = stage.atLeast(ofMillis(500), Feature.LEAK_RECLAIM);
    Subject pool =
        stage.start(
            new Settings()
                .fixed(1)
                .leakThreshold(threshold)
                .leakReclaim()
                .acquireTimeout(ofSeconds(40)));
    Held leaked = stage.acquire(pool);
    Held next = stage.call(pool::acquire).result(threshold.multipliedBy(3).plus(Stage.PATIENCE));
    if (next.wire() == leaked.wire()) {
      // All right as long as the old handle does not reach it any more.
      stage
          .call(
              () -> {
                leaked.use();
                return "through to a connection that is another's";
              })
          .failure(Stage.PATIENCE);
    }
    next.close();
  }

  @Promise(
      value = "Giving back what was taken back does no harm",
      needs = Feature.LEAK_RECLAIM,
      seconds = 90)
  static void lateReturn(Stage stage) throws Exception {
    Duration threshold = stage.atLeast(ofMillis(500), Feature.LEAK_RECLAIM);
    Subject pool =
        stage.start(
            new Settings()
                .fixed(1)
                .leakThreshold(threshold)
                .leakReclaim()
                .acquireTimeout(ofSeconds(40)));
    Held leaked = stage.acquire(pool);
    Caller<Held> waiter = stage.call(pool::acquire);
    Held next = waiter.result(threshold.multipliedBy(3).plus(Stage.PATIENCE));
    try {
      leaked.close();
    } catch (Exception e) {
      // Told that it is no longer his: fair enough.
    }
    next.use();
    next.close();
    stage.lendsAll(pool, 1);
  }

  @Promise(
      value = "A lease that its holder forgot is noticed",
      needs = Feature.LEAK_UNREACHABLE,
      seconds = 90)
  static void forgotten(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2).leakThreshold(Duration.ofMinutes(10)));
    forget(pool);
    stage.within(
        ofSeconds(30),
        () -> {
          System.gc();
          Stage.pause(ofMillis(50));
          return !pool.leakReports().isEmpty();
        },
        "30 s and many collections later nothing was noticed");
  }

  /** In a method of its own, so that no frame keeps it. */
  private static void forget(Subject pool) throws Exception {
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pool.acquire();
                  } catch (Exception e) {
                    // Then nothing was leaked, and the behaviour fails.
                  }
                });
    thread.join();
  }

  private static Held leakingCode(Subject pool) throws Exception {
    return pool.acquire();
  }

  /** Some pools look for leaks only when somebody acquires. */
  private static void poke(Stage stage, Subject pool) {
    Caller<Void> poke =
        stage.call(
            () -> {
              pool.acquire().close();
              return null;
            });
    stage.until(poke::isDone, "a second caller was stuck");
    Stage.pause(ofMillis(20));
  }
}
