package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.NotKept;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/** Several leases on one connection, for protocols that carry several conversations at once. */
final class Sharing {
  private Sharing() {}

  @Promise(
      value = "As many leases as allowed share a connection, and not one more",
      needs = Feature.SHARED)
  static void limit(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(2).leasesPerConnection(3));
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(stage.acquire(pool));
    }
    stage.require(
        stage.endpoint().opened().size() == 1,
        "3 leases of 3 that fit on one had " + stage.endpoint().opened().size() + " opened");
    for (int i = 0; i < 3; i++) {
      held.add(stage.acquire(pool));
    }
    Caller<Held> seventh = stage.waiter(pool);
    stage.require(!seventh.isDone(), "a seventh lease was given on 2 connections of 3");
    held.get(1).close();
    held.set(1, seventh.result(ofSeconds(5)));
    Stage.close(held);
  }

  @Promise(
      value = "Never more leases on a connection than allowed, whatever the crowd",
      needs = Feature.SHARED)
  static void crowd(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(3).leasesPerConnection(4));
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 100; round++) {
                  Held held = pool.acquire();
                  int sharing = held.wire().enter();
                  if (sharing > 4) {
                    throw new NotKept(
                        sharing + " leases were on one connection, with a limit of 4");
                  }
                  if (round % 10 == 0) {
                    Stage.pause(ofMillis(1));
                  }
                  held.wire().leave();
                  held.close();
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(45)));
    stage.require(stage.endpoint().mostOpen() <= 3, "the maximum was exceeded");
  }

  @Promise(
      value =
          "A shared connection that breaks is lent no more, and closed when its last lease ends",
      needs = Feature.SHARED)
  static void broken(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(2).leasesPerConnection(3));
    Held one = stage.acquire(pool);
    Held other = stage.acquire(pool);
    Wire shared = one.wire();
    stage.require(other.wire() == shared, "two leases did not share");
    one.fail();
    Held next = stage.acquire(pool);
    stage.require(next.wire() != shared, "the broken connection was lent again");
    Stage.pause(ofMillis(200));
    stage.require(!shared.isClosed(), "it was closed under the hands of its other holder");
    other.close();
    stage.until(shared::isClosed, "it was not closed after its last lease");
    next.close();
  }

  @Promise(
      value = "A lower limit cuts no lease short and gives no new one",
      needs = {Feature.SHARED, Feature.LIVE_LIMIT})
  static void lowerLimit(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1).leasesPerConnection(4));
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(stage.acquire(pool));
    }
    pool.limitLeases(held.get(0), 1);
    for (Held one : held) {
      one.use();
    }
    Caller<Held> waiter = stage.waiter(pool);
    held.get(0).close();
    held.get(1).close();
    waiter.untilItWaits();
    stage.require(!waiter.isDone(), "a second lease was given with a limit of 1");
    held.get(2).close();
    waiter.result(ofSeconds(5)).close();
  }

  @Promise(
      value = "A higher limit serves those who wait",
      needs = {Feature.SHARED, Feature.LIVE_LIMIT})
  static void higherLimit(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1).leasesPerConnection(2));
    Held held = stage.acquire(pool);
    pool.limitLeases(held, 1);
    Caller<Held> waiter = stage.waiter(pool);
    stage.require(!waiter.isDone(), "a second lease was given with a limit of 1");
    pool.limitLeases(held, 2);
    Held shared = waiter.result(ofSeconds(5));
    stage.require(shared.wire() == held.wire(), "it was another connection");
    Stage.close(List.of(held, shared));
  }
}
