package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Connections that have served long enough. */
final class Retirement {
  private Retirement() {}

  @Promise(
      value = "Idle connections beyond the minimum are closed at the idle timeout",
      needs = {Feature.IDLE_TIMEOUT, Feature.MIN},
      seconds = 120)
  static void idle(Stage stage) throws Exception {
    Duration timeout = stage.atLeast(ofMillis(300), Feature.IDLE_TIMEOUT);
    Subject pool = stage.start(new Settings().size(1, 3).idleTimeout(timeout));
    stage.fill(pool, 3);
    stage.within(
        timeout.multipliedBy(2).plus(Stage.PATIENCE),
        () -> stage.endpoint().open() == 1,
        stage.endpoint().open() + " of 3 were open after twice the idle timeout");
    Stage.pause(timeout);
    stage.require(stage.endpoint().open() == 1, "the minimum was not kept");
  }

  @Promise(
      value = "A leased connection is never closed for being idle",
      needs = Feature.IDLE_TIMEOUT,
      seconds = 120)
  static void idleLeavesLeased(Stage stage) throws Exception {
    Duration timeout = stage.atLeast(ofMillis(300), Feature.IDLE_TIMEOUT);
    Subject pool = stage.start(new Settings().max(2).idleTimeout(timeout));
    Held held = stage.acquire(pool);
    Stage.pause(timeout.multipliedBy(3).dividedBy(2).plus(ofSeconds(1)));
    held.use();
    held.close();
  }

  @Promise(
      value = "An idle connection is closed at its maximum lifetime",
      needs = Feature.MAX_LIFETIME,
      seconds = 120)
  static void lifetime(Stage stage) throws Exception {
    Duration lifetime = stage.atLeast(ofMillis(500), Feature.MAX_LIFETIME);
    Subject pool = stage.start(new Settings().max(2).maxLifetime(lifetime));
    stage.acquire(pool).close();
    Wire old = stage.endpoint().opened(0);
    stage.within(
        lifetime.multipliedBy(2).plus(Stage.PATIENCE),
        old::isClosed,
        "an idle connection was open long after its lifetime of " + Stage.text(lifetime));
  }

  @Promise(
      value = "A leased connection outlives its lifetime, until its lease ends",
      needs = Feature.MAX_LIFETIME,
      seconds = 120)
  static void lifetimeWhileLeased(Stage stage) throws Exception {
    Duration lifetime = stage.atLeast(ofMillis(500), Feature.MAX_LIFETIME);
    Subject pool = stage.start(new Settings().fixed(1).maxLifetime(lifetime));
    Held held = stage.acquire(pool);
    Wire old = held.wire();
    Stage.pause(lifetime.multipliedBy(3).dividedBy(2).plus(ofMillis(500)));
    held.use();
    held.close();
    Held next = stage.acquire(pool);
    stage.require(next.wire() != old, "it was lent again, past its lifetime");
    next.close();
    stage.until(old::isClosed, "it was not closed after its lease");
  }

  @Promise(
      value = "A connection that is always busy does not outlive its lifetime",
      needs = Feature.MAX_LIFETIME,
      seconds = 120)
  static void lifetimeWhileBusy(Stage stage) throws Exception {
    Duration lifetime = stage.atLeast(ofMillis(500), Feature.MAX_LIFETIME);
    Subject pool = stage.start(new Settings().fixed(1).maxLifetime(lifetime));
    Held first = stage.acquire(pool);
    Wire old = first.wire();
    first.close();
    Caller<Void> busy =
        stage.call(
            () -> {
              while (!old.isClosed()) {
                Held held = pool.acquire();
                Stage.pause(ofMillis(1));
                held.close();
              }
              return null;
            });
    stage.within(
        lifetime.multipliedBy(2).plus(Stage.PATIENCE),
        busy::isDone,
        "a busy connection served on long after its lifetime of " + Stage.text(lifetime));
  }

  @Promise(
      value = "Connections opened together do not all retire together",
      needs = {Feature.MAX_LIFETIME, Feature.LIFETIME_JITTER},
      seconds = 150)
  static void jitter(Stage stage) throws Exception {
    Duration lifetime = stage.atLeast(ofSeconds(6), Feature.MAX_LIFETIME);
    Subject pool =
        stage.start(new Settings().size(10, 10).maxLifetime(lifetime).lifetimeJitter(0.5));
    stage.fill(pool, 10);
    stage.within(
        lifetime.multipliedBy(2).plus(Stage.PATIENCE),
        () -> stage.endpoint().opened().subList(0, 10).stream().allMatch(Wire::isClosed),
        "the first 10 were not all closed after twice their lifetime");
    List<Duration> lived =
        stage.endpoint().opened().subList(0, 10).stream().map(Wire::lived).sorted().toList();
    Duration spread = lived.get(9).minus(lived.get(0));
    stage.require(
        spread.compareTo(lifetime.dividedBy(12)) > 0,
        "10 connections retired within " + Stage.text(spread) + " of each other");
  }

  @Promise("Every connection that was opened is closed once, whatever became of it")
  static void closedOnce(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(4).check());
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Random random = new Random(i);
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 50; round++) {
                  Held held = pool.acquire();
                  if (random.nextInt(3) == 0) {
                    held.fail();
                  } else {
                    held.close();
                  }
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(30)));
    pool.close();
    stage.untilAllClosed();
    for (Wire wire : stage.endpoint().opened()) {
      stage.require(wire.closes() == 1, wire + " was closed " + wire.closes() + " times");
    }
  }

  @Promise(
      value = "A connection that was taken out is replaced, and never closed by the pool",
      needs = Feature.DETACH)
  static void detach(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1));
    Held held = stage.acquire(pool);
    Wire taken = held.wire();
    Caller<Held> waiter = stage.waiter(pool);
    pool.detach(held);
    held.close();
    Held next = waiter.result(ofSeconds(5));
    stage.require(next.wire() != taken, "it was lent again");
    next.close();
    pool.close();
    stage.until(() -> stage.endpoint().open() == 1, "the others were not closed");
    taken.use();
  }
}
