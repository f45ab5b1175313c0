package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Gate;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How a pool ends. */
final class End {
  private End() {}

  @Promise("Closing wakes those who wait")
  static void wakesWaiters(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(ofSeconds(45)));
    stage.acquire(pool);
    List<Caller<Held>> line = List.of(stage.waiter(pool), stage.waiter(pool));
    Caller<Void> closer = closing(stage, pool);
    for (Caller<Held> waiter : line) {
      waiter.failure(Stage.PATIENCE);
    }
    closer.result(Stage.PATIENCE);
  }

  @Promise("Closing does not wait for leases that do not end")
  static void doesNotWait(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    stage.acquire(pool);
    stage.within(
        ofSeconds(10),
        closing(stage, pool)::isDone,
        "close had not returned after 10 s, with one connection leased");
  }

  @Promise("Closing does not wait for an open that hangs")
  static void doesNotWaitForAnOpen(Stage stage) {
    stage.endpoint().onOpen(Step.silent());
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(ofSeconds(30)));
    stage.call(pool::acquire);
    stage.until(() -> stage.endpoint().opening() > 0, "nobody tried to open");
    stage.within(
        ofSeconds(15),
        closing(stage, pool)::isDone,
        "close had not returned after 15 s, beside an open that hangs");
  }

  @Promise("After closing nothing is open, once the leases have ended")
  static void nothingOpen(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(4));
    List<Held> held = stage.acquire(pool, 4);
    Stage.close(held.subList(0, 2));
    closing(stage, pool).result(Stage.PATIENCE);
    for (Held late : held.subList(2, 4)) {
      try {
        late.close();
      } catch (Exception e) {
        // Told that the pool is closed: fair enough.
      }
    }
    stage.untilAllClosed();
  }

  @Promise("What arrives from the endpoint after closing is closed")
  static void lateArrival(Stage stage) throws Exception {
    Gate gate = new Gate();
    stage.endpoint().onOpen(gate);
    Subject pool = stage.start(new Settings().max(2));
    Caller<Held> caller = stage.call(pool::acquire);
    stage.until(() -> gate.arrived() > 0, "nobody tried to open");
    Caller<Void> closer = closing(stage, pool);
    Stage.pause(ofMillis(300));
    gate.open();
    closer.result(ofSeconds(20));
    stage.until(caller::isDone, "the caller was never told");
    if (caller.succeeded()) {
      caller.result(Stage.PATIENCE).close();
    }
    stage.untilAllClosed();
  }

  @Promise("A closed pool refuses at once")
  static void refuses(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1).acquireTimeout(ofSeconds(30)));
    stage.acquire(pool).close();
    closing(stage, pool).result(Stage.PATIENCE);
    stage.call(pool::acquire).failure(ofSeconds(6));
    stage.require(stage.endpoint().tries() == 1, "it opened another connection");
  }

  @Promise("Giving back to a closed pool does no harm")
  static void lateReturn(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    closing(stage, pool).result(Stage.PATIENCE);
    held.close();
    stage.untilAllClosed();
  }

  @Promise("Closing twice, and from several threads, does no harm")
  static void twice(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    stage.fill(pool, 2);
    List<Caller<Void>> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(closing(stage, pool));
    }
    closers.forEach(closer -> closer.result(Stage.PATIENCE));
    closing(stage, pool).result(Stage.PATIENCE);
    stage.untilAllClosed();
  }

  @Promise("Closing in the middle of work loses no connection and no caller")
  static void underLoad(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(4).acquireTimeout(ofSeconds(5)));
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      crowd.add(
          stage.call(
              () -> {
                while (true) {
                  Held held;
                  try {
                    held = pool.acquire();
                  } catch (Exception closed) {
                    return null;
                  }
                  Stage.pause(ofMillis(1));
                  try {
                    held.close();
                  } catch (Exception closedMeanwhile) {
                    return null;
                  }
                }
              }));
    }
    Stage.pause(ofMillis(200));
    closing(stage, pool).result(Stage.PATIENCE);
    stage.until(
        () -> crowd.stream().allMatch(Caller::isDone), "a caller never learnt of the close");
    stage.untilAllClosed();
  }

  @Promise("A closed pool leaves no thread behind")
  static void noThreads(Stage stage) throws Exception {
    // The first pool of a process may start threads that all pools share.
    Subject warmUp = stage.start(new Settings().size(1, 2).check());
    stage.fill(warmUp, 2);
    closing(stage, warmUp).result(Stage.PATIENCE);
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    for (int i = 0; i < 5; i++) {
      Subject pool = stage.start(new Settings().size(1, 2).check());
      stage.fill(pool, 2);
      closing(stage, pool).result(Stage.PATIENCE);
    }
    long deadline = System.nanoTime() + ofSeconds(20).toNanos();
    Set<String> left;
    do {
      Stage.pause(ofMillis(50));
      left =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> !before.contains(thread) && !thread.getName().startsWith("caller-"))
              .filter(thread -> !isOfTheJvm(thread))
              .map(Thread::getName)
              .collect(Collectors.toSet());
    } while (!left.isEmpty() && System.nanoTime() < deadline);
    stage.require(left.isEmpty(), "20 s later there were still " + left);
  }

  private static boolean isOfTheJvm(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || group.getName().equals("system")
        || group.getName().equals("InnocuousThreadGroup")
        || thread.getName().startsWith("ForkJoinPool");
  }

  @Promise(value = "Draining waits for the leases and closes everything", needs = Feature.DRAIN)
  static void drain(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    List<Held> held = stage.acquire(pool, 2);
    held.get(0).close();
    Caller<Boolean> drain = stage.call(() -> pool.drain(ofSeconds(30))).untilItWaits();
    stage.require(!drain.isDone(), "it did not wait for a lease");
    held.get(1).use();
    held.get(1).close();
    stage.require(drain.result(Stage.PATIENCE), "it said that leases were left");
    stage.untilAllClosed();
  }

  @Promise(value = "While draining, new callers are refused at once", needs = Feature.DRAIN)
  static void drainRefuses(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2).acquireTimeout(ofSeconds(30)));
    Held held = stage.acquire(pool);
    Caller<Boolean> drain = stage.call(() -> pool.drain(ofSeconds(30))).untilItWaits();
    stage.call(pool::acquire).failure(ofSeconds(6));
    held.close();
    stage.require(drain.result(Stage.PATIENCE), "it said that leases were left");
  }

  @Promise(value = "A drain ends at its deadline and says so", needs = Feature.DRAIN)
  static void drainDeadline(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    Held held = stage.acquire(pool);
    Caller<Boolean> drain = stage.call(() -> pool.drain(ofMillis(500)));
    stage.require(!drain.result(ofSeconds(6)), "it said that all leases had ended");
    held.close();
  }

  @Promise(
      value = "A drain that ends at its deadline tells who still holds what",
      needs = Feature.DRAIN_REPORT)
  static void drainReport(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    Caller<Held> holder = stage.call(pool::acquire);
    Held held = holder.result(Stage.PATIENCE);
    List<String> holders =
        stage.call(() -> pool.drainAndTell(ofMillis(300))).result(Stage.PATIENCE);
    stage.require(
        holders.size() == 1 && holders.get(0).contains(holder.thread().getName()),
        "it told " + holders + " of " + holder.thread().getName());
    held.close();
  }

  private static Caller<Void> closing(Stage stage, Subject pool) {
    return stage.call(
        () -> {
          pool.close();
          return null;
        });
  }
}
