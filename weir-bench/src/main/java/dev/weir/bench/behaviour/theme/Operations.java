package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What those who run a pool do to it and see of it. */
final class Operations {
  private Operations() {}

  @Promise(
      value = "Soft eviction replaces every connection and fails no caller",
      needs = Feature.EVICT_ALL)
  static void evictAll(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(4, 4));
    stage.fill(pool, 4);
    List<Held> held = stage.acquire(pool, 2);
    List<Wire> old = List.copyOf(stage.endpoint().opened());
    pool.evictAll();
    for (Held one : held) {
      one.use();
    }
    Stage.close(held);
    stage.until(
        () -> old.stream().allMatch(Wire::isClosed), "an old connection stayed open afterwards");
    for (Held fresh : stage.acquire(pool, 4)) {
      stage.require(!old.contains(fresh.wire()), "an old connection was lent afterwards");
      fresh.use();
      fresh.close();
    }
  }

  @Promise(value = "Soft eviction under load fails no caller", needs = Feature.EVICT_ALL)
  static void evictAllUnderLoad(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(4, 4));
    stage.fill(pool, 4);
    AtomicInteger rounds = new AtomicInteger();
    List<Caller<Void>> crowd =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(
                i ->
                    stage.<Void>call(
                        () -> {
                          while (rounds.get() < 5) {
                            Held held = pool.acquire();
                            Stage.pause(ofMillis(1));
                            held.use();
                            held.close();
                          }
                          return null;
                        }))
            .toList();
    while (rounds.get() < 5) {
      pool.evictAll();
      Stage.pause(ofMillis(50));
      rounds.incrementAndGet();
    }
    crowd.forEach(caller -> caller.result(Stage.PATIENCE));
    stage.lendsAll(pool, 4);
  }

  @Promise(
      value = "A suspended pool lends nothing, takes back what is out, and serves on once resumed",
      needs = Feature.SUSPEND)
  static void suspend(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2).acquireTimeout(ofSeconds(20)));
    Held held = stage.acquire(pool);
    pool.suspend();
    held.use();
    held.close();
    Caller<Held> waiter = stage.waiter(pool);
    Stage.pause(ofMillis(500));
    stage.require(!waiter.succeeded(), "it lent a connection while suspended");
    boolean refused = waiter.isDone();
    pool.resume();
    if (refused) {
      // Some pools refuse while they are suspended.
      waiter.failure(ofMillis(1));
      stage.acquire(pool).close();
    } else {
      waiter.result(ofSeconds(6)).close();
    }
  }

  @Promise(value = "At rest the counts are right", needs = Feature.COUNTS)
  static void counts(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(3, 3).check());
    stage.fill(pool, 3);
    List<Held> held = stage.acquire(pool, 2);
    stage.until(
        () -> pool.active() == 2 && pool.idle() == 1,
        "with 2 of 3 leased it told " + pool.active() + " leased, " + pool.idle() + " idle");
    Stage.close(held);
    stage.until(
        () -> pool.active() == 0 && pool.idle() == 3,
        "with 0 of 3 leased it told " + pool.active() + " leased, " + pool.idle() + " idle");
  }

  @Promise(value = "After a storm the counts are right", needs = Feature.COUNTS)
  static void countsAfterAStorm(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(3, 3).acquireTimeout(ofSeconds(1)).check());
    for (int round = 0; round < 10; round++) {
      for (Held held : stage.acquire(pool, 3)) {
        held.fail();
      }
    }
    stage.endpoint().onOpen(Step.works());
    stage.lendsAll(pool, 3);
    List<Held> held = stage.acquire(pool, 3);
    stage.until(
        () -> pool.active() == 3 && pool.idle() == 0,
        "with 3 of 3 leased it told " + pool.active() + " leased, " + pool.idle() + " idle");
    Stage.close(held);
    stage.until(() -> pool.active() == 0, "with none leased it told " + pool.active());
  }

  @Promise(
      value = "The count of those who wait is right, also after they gave up",
      needs = Feature.WAITER_COUNT)
  static void waiterCount(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(ofSeconds(2)));
    Held held = stage.acquire(pool);
    List<Caller<Held>> line = List.of(stage.waiter(pool), stage.waiter(pool));
    stage.within(
        ofSeconds(2), () -> pool.waiting() == 2, "with 2 waiting it told " + pool.waiting());
    for (Caller<Held> waiter : line) {
      waiter.failure(Stage.PATIENCE);
    }
    stage.until(() -> pool.waiting() == 0, "with none waiting it told " + pool.waiting());
    held.close();
  }

  @Promise(value = "A listener that throws breaks nothing", needs = Feature.LISTENER)
  static void throwingListener(Stage stage) throws Exception {
    AtomicInteger told = new AtomicInteger();
    Subject pool =
        stage.start(
            new Settings()
                .fixed(2)
                .acquireTimeout(ofSeconds(2))
                .onEvent(
                    () -> {
                      told.incrementAndGet();
                      throw new IllegalStateException("a bug in the listener");
                    }));
    for (int i = 0; i < 4; i++) {
      Stage.close(stage.acquire(pool, 2));
    }
    stage.require(told.get() > 0, "the listener was told nothing");
  }
}
