package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.KeyedSubject;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.NotKept;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Pools by key under one bound. The endpoint of every key is the stage's, unless told otherwise.
 */
final class Keyed {
  private static final Duration TIMEOUT = ofSeconds(10);

  private Keyed() {}

  @Promise(value = "All keys together never exceed their bound", needs = Feature.KEYED)
  static void bound(Stage stage) throws Exception {
    KeyedSubject pool = stage.startKeyed(new Settings().max(4), key -> stage.endpoint());
    CountDownLatch asked = new CountDownLatch(1);
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String key = "key " + i;
      crowd.add(
          stage.call(
              () -> {
                Held held = pool.acquire(key, Duration.ofSeconds(20));
                asked.await();
                held.close();
                return null;
              }));
    }
    crowd.forEach(Caller::untilItWaits);
    stage.require(
        !Stage.holdsWithin(ofSeconds(1), () -> stage.endpoint().mostOpen() > 4),
        "the endpoint saw a fifth beside four that were leased, with a bound of 4");
    asked.countDown();
    for (int i = 0; i < 12; i++) {
      String key = "key " + i % 6;
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 30; round++) {
                  Held held = pool.acquire(key, Duration.ofSeconds(20));
                  Stage.pause(ofMillis(1));
                  held.close();
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(45)));
    stage.require(
        stage.endpoint().mostOpen() <= 4,
        "the endpoint saw " + stage.endpoint().mostOpen() + " at a time, with a bound of 4");
  }

  @Promise(
      value = "A key at the bound gets the place of an idle connection of another",
      needs = Feature.KEYED)
  static void idlePlace(Stage stage) throws Exception {
    KeyedSubject pool = stage.startKeyed(new Settings().max(1), key -> stage.endpoint());
    stage.call(() -> pool.acquire("one", TIMEOUT)).result(Stage.PATIENCE).close();
    Held other = stage.call(() -> pool.acquire("two", TIMEOUT)).result(ofSeconds(6));
    stage.require(other.wire().number() == 1, "it got a connection of the other key");
    other.close();
  }

  @Promise(
      value = "A key that waits at the bound is served when another gives back",
      needs = Feature.KEYED)
  static void leasedPlace(Stage stage) throws Exception {
    KeyedSubject pool = stage.startKeyed(new Settings().max(1), key -> stage.endpoint());
    Held held = stage.call(() -> pool.acquire("one", TIMEOUT)).result(Stage.PATIENCE);
    Caller<Held> waiter = stage.call(() -> pool.acquire("two", TIMEOUT)).untilItWaits();
    held.close();
    waiter.result(ofSeconds(6)).close();
  }

  @Promise(value = "A busy key does not starve another at the bound", needs = Feature.KEYED)
  static void busyKey(Stage stage) throws Exception {
    KeyedSubject pool = stage.startKeyed(new Settings().max(2), key -> stage.endpoint());
    long end = System.nanoTime() + ofSeconds(8).toNanos();
    Caller<?> quiet = stage.call(() -> quietKey(pool, end));
    for (int i = 0; i < 6; i++) {
      stage.call(
          () -> {
            while (System.nanoTime() < end && !quiet.isDone()) {
              Held held = pool.acquire("busy", TIMEOUT);
              Stage.pause(ofMillis(1));
              held.close();
            }
            return null;
          });
    }
    quiet.result(Stage.PATIENCE);
  }

  private static String quietKey(KeyedSubject pool, long end) throws Exception {
    Stage.pause(ofMillis(300));
    for (int i = 0; i < 5; i++) {
      Held held = pool.acquire("quiet", TIMEOUT);
      if (System.nanoTime() > end) {
        throw new NotKept("the quiet key got " + i + " leases in 8 s");
      }
      held.close();
    }
    return "served";
  }

  @Promise(value = "A key whose endpoint hangs leaves the other keys alone", needs = Feature.KEYED)
  static void deadKey(Stage stage) throws Exception {
    try (ScriptedEndpoint dead = new ScriptedEndpoint()) {
      dead.onOpen(dev.weir.bench.behaviour.endpoint.Step.silent());
      KeyedSubject pool =
          stage.startKeyed(
              new Settings().max(4), key -> key.equals("dead") ? dead : stage.endpoint());
      stage.call(() -> pool.acquire("dead", TIMEOUT));
      stage.until(() -> dead.opening() > 0, "nobody tried to open");
      for (int i = 0; i < 5; i++) {
        stage.call(() -> pool.acquire("alive", TIMEOUT)).result(ofSeconds(6)).close();
      }
    }
  }
}
