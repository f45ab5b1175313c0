package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Later;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.NotKept;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;

/** What happens to a caller for whom there is no connection yet. */
final class Waiting {
  private static final Duration TIMEOUT = ofSeconds(1);

  /** Beyond the timeout, on a machine that is busy with other things. */
  private static final Duration SLACK = ofMillis(1500);

  private Waiting() {}

  @Promise("A caller gives up at its timeout, not before and not much later")
  static void timeout(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(TIMEOUT));
    Held held = stage.acquire(pool);
    Caller<Held> caller = stage.call(pool::acquire);
    caller.failure(Stage.PATIENCE);
    stage.require(
        caller.took().compareTo(TIMEOUT.minusMillis(20)) >= 0,
        "gave up after " + Stage.text(caller.took()) + " of " + Stage.text(TIMEOUT));
    stage.requireWithin(caller.took(), TIMEOUT.plus(SLACK), "the caller came back");
    held.close();
  }

  @Promise("A caller never waits longer than its timeout, even while an open hangs")
  static void timeoutWhileAnOpenHangs(Stage stage) {
    stage.endpoint().onOpen(Step.silent());
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(TIMEOUT));
    Caller<Held> caller = stage.call(pool::acquire);
    caller.failure(Stage.PATIENCE);
    stage.requireWithin(caller.took(), TIMEOUT.plus(SLACK), "the caller came back");
  }

  @Promise(
      value = "A caller never waits longer than its timeout, even while checks hang",
      needs = Feature.CHECK)
  static void timeoutWhileChecksHang(Stage stage) throws Exception {
    Subject pool =
        stage.start(
            new Settings().size(5, 5).acquireTimeout(TIMEOUT).check().checkTimeout(TIMEOUT));
    stage.fill(pool, 5);
    stage.endpoint().onCheck(Step.silent());
    stage.endpoint().onOpen(Step.silent());
    Caller<Held> caller = stage.call(pool::acquire);
    caller.failure(Stage.PATIENCE);
    stage.requireWithin(caller.took(), TIMEOUT.plus(SLACK), "the caller came back");
  }

  @Promise("A caller that waited for a failed open still keeps to its one timeout")
  static void oneDeadline(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(TIMEOUT));
    Held held = stage.acquire(pool);
    Caller<Held> caller = stage.waiter(pool);
    stage.endpoint().onOpen(Step.silent());
    Stage.pause(ofMillis(700));
    stage.fail(held);
    caller.failure(Stage.PATIENCE);
    stage.requireWithin(caller.took(), TIMEOUT.plus(SLACK), "the caller came back");
  }

  @Promise("A waiter is served when a lease ends")
  static void servedByRelease(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    Caller<Held> waiter = stage.waiter(pool);
    held.close();
    waiter.result(ofSeconds(5)).close();
  }

  @Promise("A waiter is served when another lease is invalidated")
  static void servedByInvalidation(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).check());
    Held held = stage.acquire(pool);
    Caller<Held> waiter = stage.waiter(pool);
    held.fail();
    Held served = waiter.result(ofSeconds(5));
    served.use();
    served.close();
  }

  @Promise("A waiter learns of a connection that comes back without delay, not at the next poll")
  static void wakeUp(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      Caller<Held> waiter =
          stage.call(
              () -> {
                // Twice, because some pools treat a thread's second lease differently.
                pool.acquire().close();
                Held held = pool.acquire();
                Caller<Long> next =
                    stage
                        .call(
                            () -> {
                              Held got = pool.acquire();
                              long now = System.nanoTime();
                              got.close();
                              return now;
                            })
                        .untilItWaits();
                long released = System.nanoTime();
                held.close();
                waits.add(Duration.ofNanos(next.result(ofSeconds(5)) - released));
                return held;
              });
      waiter.result(Stage.PATIENCE);
    }
    waits.sort(null);
    stage.requireWithin(waits.get(waits.size() / 2), ofMillis(50), "half of them woke up");
  }

  @Promise("An interrupt ends the wait and leaves nothing behind")
  static void interrupt(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    Caller<Held> waiter = stage.waiter(pool);
    waiter.thread().interrupt();
    waiter.failure(ofSeconds(5));
    held.close();
    stage.lendsAll(pool, 1);
  }

  @Promise("Interrupts that meet a connection on its way lose none")
  static void interruptRace(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    for (int i = 0; i < 100; i++) {
      List<Held> held = stage.acquire(pool, 2);
      Caller<Void> waiter =
          stage.call(
              () -> {
                pool.acquire().close();
                return null;
              });
      if (i % 2 == 0) {
        waiter.untilItWaits();
      }
      Thread.startVirtualThread(() -> waiter.thread().interrupt());
      Stage.close(held);
      stage.until(waiter::isDone, "an interrupted caller never came back");
    }
    stage.lendsAll(pool, 2);
  }

  @Promise("Timeouts that meet a connection on its way lose none")
  static void timeoutRace(Stage stage) throws Exception {
    Duration shortTimeout = stage.atLeast(ofMillis(100), Feature.CALL_TIMEOUT);
    Subject pool = stage.start(new Settings().fixed(2).acquireTimeout(shortTimeout));
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Random random = new Random(i);
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 12; round++) {
                  try {
                    Held held = pool.acquire();
                    // About as long as others are willing to wait.
                    Stage.pause(shortTimeout.multipliedBy(80 + random.nextInt(40)).dividedBy(100));
                    held.close();
                  } catch (Exception e) {
                    // Timed out, as many shall.
                  }
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(45)));
    stage.lendsAll(pool, 2);
  }

  @Promise("Callers that wait burn no processor time")
  static void idleWait(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    burnsNothing(stage, stage.waiter(pool));
    held.close();
  }

  @Promise("Callers that wait beside an open that hangs burn no processor time")
  static void idleWaitForAnOpen(Stage stage) {
    stage.endpoint().onOpen(Step.silent());
    Subject pool = stage.start(new Settings().max(1));
    stage.call(pool::acquire);
    stage.until(() -> stage.endpoint().opening() > 0, "nobody tried to open");
    burnsNothing(stage, stage.call(pool::acquire));
  }

  @Promise(
      value = "With the line full, the next caller is refused at once",
      needs = Feature.MAX_WAITERS)
  static void fullLine(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).maxWaiters(3));
    Held held = stage.acquire(pool);
    List<Caller<Held>> line = List.of(stage.waiter(pool), stage.waiter(pool), stage.waiter(pool));
    Caller<Held> refused = stage.call(pool::acquire);
    refused.failure(ofSeconds(5));
    stage.require(line.stream().noneMatch(Caller::isDone), "one in the line was refused too");
    held.close();
    for (Caller<Held> waiter : line) {
      waiter.result(ofSeconds(5)).close();
    }
  }

  @Promise(
      value = "A timeout of zero takes what is idle and never waits",
      needs = Feature.CALL_TIMEOUT)
  static void zero(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1));
    stage.fill(pool, 1);
    Held held = stage.call(() -> pool.acquire(Duration.ZERO)).result(ofSeconds(5));
    stage.call(() -> pool.acquire(Duration.ZERO)).failure(ofSeconds(5));
    held.close();
  }

  @Promise(value = "Acquiring without a thread is served when a lease ends", needs = Feature.ASYNC)
  static void async(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1));
    Held held = stage.acquire(pool);
    Later later = pool.acquireAsync();
    stage.require(!later.isDone(), "it was complete while the only connection was leased");
    held.close();
    later.get(ofSeconds(5)).close();
  }

  @Promise(
      value = "Cancelling an asynchronous acquire leaves nothing behind",
      needs = Feature.ASYNC)
  static void asyncCancel(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1));
    for (int i = 0; i < 200; i++) {
      Held held = stage.acquire(pool);
      Later later = pool.acquireAsync();
      Thread canceller = Thread.startVirtualThread(() -> later.cancel());
      held.close();
      canceller.join();
      try {
        later.get(ofSeconds(5)).close();
      } catch (java.util.concurrent.CancellationException cancelled) {
        // As it should when the cancel came first.
      } catch (ExecutionException e) {
        throw new NotKept("a cancelled acquire failed otherwise", e);
      }
    }
    stage.lendsAll(pool, 1);
  }

  @Promise(value = "An asynchronous acquire fails at its timeout", needs = Feature.ASYNC)
  static void asyncTimeout(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1).acquireTimeout(ofMillis(300)));
    Held held = stage.acquire(pool);
    Later later = pool.acquireAsync();
    stage.until(later::isDone, "it never failed");
    stage.call(() -> later.get(Stage.PATIENCE)).failure(Stage.PATIENCE);
    held.close();
    stage.lendsAll(pool, 1);
  }

  private static void burnsNothing(Stage stage, Caller<Held> waiter) {
    var threads = java.lang.management.ManagementFactory.getThreadMXBean();
    long id = waiter.thread().threadId();
    Stage.pause(ofMillis(300));
    long before = threads.getThreadCpuTime(id);
    Stage.pause(ofSeconds(1));
    Duration burnt = Duration.ofNanos(threads.getThreadCpuTime(id) - before);
    stage.require(!waiter.isDone(), "the caller did not wait");
    stage.require(
        burnt.compareTo(ofMillis(10)) < 0,
        "one waiting caller burnt " + burnt.toMillis() + " ms of processor time in a second");
  }
}
