package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Call;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Checking and resetting connections. */
final class Validation {
  private Validation() {}

  @Promise(value = "A connection that died while idle is not handed out", needs = Feature.CHECK)
  static void diedWhileIdle(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1).check());
    stage.fill(pool, 1);
    Wire dead = stage.endpoint().opened(0);
    dead.cut();
    Held held = stage.acquire(pool);
    held.use();
    held.close();
    stage.until(dead::isClosed, "the dead connection was not closed");
  }

  @Promise(
      value = "A check that throws counts as failed, and the caller is served all the same",
      needs = Feature.CHECK)
  static void checkThrows(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1).check());
    stage.fill(pool, 1);
    stage
        .endpoint()
        .onCheck(
            call -> {
              if (isFirst(call)) {
                throw new IllegalStateException("a bug in the driver");
              }
            });
    Held held = stage.acquire(pool);
    stage.require(held.wire().number() != 0, "the connection whose check threw was handed out");
    held.close();
  }

  @Promise(value = "A check that throws an Error loses no place", needs = Feature.CHECK)
  static void checkThrowsError(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2).acquireTimeout(ofSeconds(2)).check());
    stage.fill(pool, 2);
    stage
        .endpoint()
        .onCheck(
            call -> {
              throw new NoClassDefFoundError("driver/Missing");
            });
    for (int i = 0; i < 4; i++) {
      Caller<Held> caller = stage.call(pool::acquire);
      stage.until(caller::isDone, "a caller was stuck");
      if (caller.succeeded()) {
        caller.result(Stage.PATIENCE).close();
      }
    }
    stage.endpoint().onCheck(Step.works());
    stage.lendsAll(pool, 2);
  }

  @Promise(
      value = "A check that hangs keeps nobody from the other idle connections",
      needs = Feature.CHECK)
  static void checkHangs(Stage stage) throws Exception {
    Subject pool =
        stage.start(
            new Settings()
                .size(2, 2)
                .acquireTimeout(ofSeconds(20))
                .check()
                .checkTimeout(ofSeconds(15)));
    stage.fill(pool, 2);
    Set<Wire> hanging = ConcurrentHashMap.newKeySet();
    stage
        .endpoint()
        .onCheck(
            call -> {
              Wire wire = call.wire();
              synchronized (hanging) {
                if (wire == null || hanging.size() == 1 && !hanging.contains(wire)) {
                  return;
                }
                hanging.add(wire);
              }
              Step.silent().run(call);
            });
    Caller<Held> first = stage.call(pool::acquire);
    stage.until(() -> hanging.size() == 1, "no connection was checked");
    Caller<Held> second = stage.call(pool::acquire);
    stage.within(
        ofSeconds(6),
        () -> first.isDone() || second.isDone(),
        "one check hung, another connection was idle, and neither of two callers got it in 6 s");
  }

  @Promise(
      value = "A dead idle connection is found in the background, without a caller",
      needs = Feature.KEEP_ALIVE,
      seconds = 120)
  static void keepAlive(Stage stage) throws Exception {
    Duration interval = stage.atLeast(ofMillis(200), Feature.KEEP_ALIVE);
    Subject pool = stage.start(new Settings().size(1, 1).keepAlive(interval));
    stage.fill(pool, 1);
    Wire dead = stage.endpoint().opened(0);
    dead.cut();
    stage.within(
        interval.multipliedBy(2).plus(Stage.PATIENCE),
        dead::isClosed,
        "it was not found after twice the interval of " + Stage.text(interval));
  }

  @Promise(
      value = "Background checks leave leased connections alone",
      needs = Feature.KEEP_ALIVE,
      seconds = 120)
  static void keepAliveLeavesLeased(Stage stage) throws Exception {
    Duration interval = stage.atLeast(ofMillis(200), Feature.KEEP_ALIVE);
    Subject pool = stage.start(new Settings().size(1, 1).keepAlive(interval));
    Held held = stage.acquire(pool);
    Set<Integer> checked = ConcurrentHashMap.newKeySet();
    stage
        .endpoint()
        .onCheck(
            call -> {
              Wire wire = call.wire();
              if (wire != null) {
                checked.add(wire.number());
              }
            });
    Stage.pause(interval.multipliedBy(3).dividedBy(2).plus(ofMillis(300)));
    stage.require(
        !checked.contains(held.wire().number()), "a connection was checked while it was leased");
    held.use();
    held.close();
  }

  @Promise(
      value = "A background check that hangs keeps nobody from the other connections",
      needs = Feature.KEEP_ALIVE,
      seconds = 120)
  static void keepAliveHangs(Stage stage) throws Exception {
    Duration interval = stage.atLeast(ofMillis(200), Feature.KEEP_ALIVE);
    Subject pool =
        stage.start(
            new Settings()
                .size(2, 2)
                .keepAlive(interval)
                .checkTimeout(ofSeconds(30))
                .acquireTimeout(ofSeconds(20)));
    stage.fill(pool, 2);
    stage.endpoint().onCheck(call -> hangOnFirst(call));
    int before = stage.endpoint().checks();
    stage.within(
        interval.multipliedBy(2).plus(Stage.PATIENCE),
        () -> stage.endpoint().checks() > before,
        "no idle connection was checked");
    stage.call(pool::acquire).result(ofSeconds(6)).close();
  }

  private static void hangOnFirst(Call call) throws Exception {
    if (isFirst(call)) {
      Step.silent().run(call);
    }
  }

  private static boolean isFirst(Call call) {
    Wire wire = call.wire();
    return wire != null && wire.number() == 0;
  }

  @Promise(value = "What one caller changed, the next does not see", needs = Feature.RESET)
  static void reset(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1));
    Held first = stage.acquire(pool);
    first.alter();
    stage.require(first.wire().isAltered(), "the change did not reach the connection");
    first.close();
    Held second = stage.acquire(pool);
    stage.require(!second.wire().isAltered(), "the next caller got it as the last one left it");
    second.close();
  }

  @Promise(
      value = "A connection that cannot be reset is not lent again, and its place is not lost",
      needs = Feature.RESET)
  static void resetFails(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(1, 1).check());
    stage.endpoint().onReset(Step.refuses());
    Held first = stage.acquire(pool);
    Wire spoilt = first.wire();
    first.alter();
    stage
        .call(
            () -> {
              first.close();
              return "";
            })
        .untilItWaits();
    Held second = stage.acquire(pool);
    stage.require(!second.wire().isAltered(), "the next caller got it as the last one left it");
    second.close();
    stage.until(spoilt::isClosed, "the connection that could not be reset was not closed");
  }

  @Promise("A connection that its holder found broken is closed and never lent again")
  static void foundBroken(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2).check());
    Held held = stage.acquire(pool);
    Wire broken = held.wire();
    held.fail();
    for (Held next : stage.acquire(pool, 2)) {
      stage.require(next.wire() != broken, "it was lent again");
      next.use();
      next.close();
    }
    stage.until(broken::isClosed, "it was not closed");
  }
}
