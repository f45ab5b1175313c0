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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How many connections there are. */
final class Bounds {
  private Bounds() {}

  @Promise("Never more connections than the maximum, whatever the crowd")
  static void crowd(Stage stage) {
    Subject pool = stage.start(new Settings().max(4));
    stage.endpoint().onOpen(Step.takes(ofMillis(20)));
    work(stage, pool, 30, 20, false);
    neverMoreThan(stage, 4);
  }

  @Promise("Never more connections than the maximum, while every second open fails")
  static void failingOpens(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(4));
    for (int i = 0; i < 40; i++) {
      stage.endpoint().nextOpens(Step.refuses(), Step.takes(ofMillis(5)));
    }
    work(stage, pool, 20, 20, true);
    neverMoreThan(stage, 4);
    stage.endpoint().onOpen(Step.works());
    stage.lendsAll(pool, 4);
    List<Held> all = stage.acquire(pool, 4);
    Caller<Held> fifth = stage.waiter(pool);
    Stage.pause(ofMillis(200));
    stage.require(!fifth.isDone(), "a fifth lease was given afterwards");
    Stage.close(all);
    neverMoreThan(stage, 4);
  }

  @Promise(
      value = "A connection that is still being closed counts against the maximum",
      needs = Feature.CHECK)
  static void closing(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2).check());
    stage.fill(pool, 2);
    stage.endpoint().onClose(Step.takes(ofMillis(300)));
    // Alive, but of no use any more: say, read-only since a fail-over.
    stage
        .endpoint()
        .onCheck(
            call -> {
              Wire wire = call.wire();
              if (wire != null && wire.number() < 2) {
                throw new IOException("read-only");
              }
            });
    Stage.close(stage.acquire(pool, 2));
    neverMoreThan(stage, 2);
  }

  @Promise("Callers that come one after another share one connection")
  static void oneByOne(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(8));
    stage.acquire(pool).close();
    int opened = stage.endpoint().tries();
    for (int i = 0; i < 50; i++) {
      stage.acquire(pool).close();
    }
    stage.require(
        stage.endpoint().tries() == opened,
        "50 callers in a row had " + (stage.endpoint().tries() - opened) + " more opened");
  }

  @Promise(value = "The minimum is opened without a caller", needs = Feature.MIN)
  static void minimum(Stage stage) {
    stage.start(new Settings().size(3, 3));
    stage.until(() -> stage.endpoint().open() == 3, "the endpoint never saw 3 connections");
  }

  @Promise(
      value = "The minimum is restored without a caller when connections break",
      needs = {Feature.MIN, Feature.KEEP_ALIVE},
      seconds = 120)
  static void refill(Stage stage) throws Exception {
    var keepAlive = stage.atLeast(ofMillis(200), Feature.KEEP_ALIVE);
    Subject pool = stage.start(new Settings().size(3, 3).check().keepAlive(keepAlive));
    stage.until(() -> stage.endpoint().open() == 3, "the endpoint never saw 3 connections");
    stage.fill(pool, 3);
    stage.endpoint().opened().forEach(Wire::cut);
    stage.within(
        keepAlive.multipliedBy(2).plus(Stage.PATIENCE),
        () -> stage.endpoint().opened().size() >= 6 && stage.endpoint().open() == 3,
        "after all 3 broke, only " + (stage.endpoint().opened().size() - 3) + " were opened again");
  }

  @Promise(
      value = "The minimum is opened once an endpoint that was down at the start comes up",
      needs = Feature.MIN)
  static void lateEndpoint(Stage stage) {
    stage.endpoint().goDown();
    stage.start(new Settings().size(2, 2));
    stage.until(() -> stage.endpoint().tries() > 0, "the pool never tried to open");
    stage.endpoint().comeUp();
    stage.within(
        ofSeconds(30),
        () -> stage.endpoint().open() == 2,
        "30 s after the endpoint came up, it did not see 2 connections");
  }

  @Promise(value = "Growing serves those who wait", needs = Feature.RESIZE)
  static void grow(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1));
    Held first = stage.acquire(pool);
    Caller<Held> waiter = stage.waiter(pool);
    pool.resize(2, 2);
    Held second = waiter.result(ofSeconds(5));
    stage.require(first.wire() != second.wire(), "one connection was leased twice");
    Stage.close(List.of(first, second));
  }

  @Promise(value = "Shrinking cuts no lease short", needs = Feature.RESIZE)
  static void shrinkLeased(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(3, 3));
    List<Held> held = stage.acquire(pool, 3);
    pool.resize(1, 1);
    Stage.pause(ofMillis(300));
    for (Held one : held) {
      one.use();
    }
    Stage.close(held);
    stage.lendsAll(pool, 1);
  }

  @Promise(
      value = "After shrinking, the surplus is closed at the latest when it comes back",
      needs = Feature.RESIZE)
  static void shrinkReturned(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(3, 3));
    List<Held> held = stage.acquire(pool, 3);
    pool.resize(1, 1);
    Stage.close(held);
    stage.until(
        () -> stage.endpoint().open() <= 1,
        "all leases had ended, and more than 1 connection stayed open");
  }

  @Promise(
      value = "After shrinking, idle surplus is closed without a caller",
      needs = Feature.RESIZE)
  static void shrinkIdle(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(3, 3));
    stage.fill(pool, 3);
    pool.resize(1, 1);
    stage.until(() -> stage.endpoint().open() <= 1, "the idle surplus stayed open");
  }

  @Promise(
      value = "Resizing up and down in quick succession ends at the last size",
      needs = Feature.RESIZE)
  static void resizeQuickly(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2));
    for (int i = 0; i < 20; i++) {
      pool.resize(8, 8);
      stage.acquire(pool).close();
      pool.resize(2, 2);
    }
    pool.resize(4, 4);
    stage.lendsAll(pool, 4);
    stage.until(() -> stage.endpoint().open() <= 4, "more than 4 connections stayed open");
  }

  /** A crowd that acquires and gives back; callers that may fail try again. */
  private static void work(Stage stage, Subject pool, int threads, int rounds, boolean mayFail) {
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < rounds; round++) {
                  try {
                    Held held = pool.acquire();
                    Stage.pause(ofMillis(1));
                    held.close();
                  } catch (Exception e) {
                    if (!mayFail) {
                      throw e;
                    }
                  }
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(40)));
  }

  private static void neverMoreThan(Stage stage, int max) {
    stage.require(
        stage.endpoint().mostOpen() <= max,
        "the endpoint saw " + stage.endpoint().mostOpen() + " at a time, with a maximum of " + max);
  }
}
