package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Call;
import dev.weir.bench.behaviour.endpoint.Gate;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.NotKept;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/** Having a connection and giving it back. */
final class Leases {
  private Leases() {}

  @Promise("No connection is ever in two hands")
  static void exclusive(Stage stage) {
    Subject pool = stage.start(new Settings().fixed(3).check());
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int number = i;
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 200; round++) {
                  Held held = pool.acquire();
                  if (held.wire().enter() != 1) {
                    throw new NotKept(held.wire() + " was in two hands");
                  }
                  if (round % 16 == number) {
                    Stage.pause(ofMillis(1));
                  }
                  held.wire().leave();
                  if (round % 50 == 49) {
                    held.fail();
                  } else {
                    held.close();
                  }
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(45)));
  }

  @Promise("Giving back twice does no harm")
  static void twice(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    Held held = stage.acquire(pool);
    held.close();
    quietly(held);
    List<Held> both = stage.acquire(pool, 2);
    stage.require(
        both.get(0).wire() != both.get(1).wire(), "one connection was in two hands afterwards");
    Stage.close(both);
    stage.require(stage.endpoint().mostOpen() <= 2, "the maximum was exceeded afterwards");
  }

  @Promise("A late second giving back does not take the connection from its next holder")
  static void staleHandle(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(ofSeconds(1)));
    Held first = stage.acquire(pool);
    first.close();
    Held second = stage.acquire(pool);
    quietly(first);
    Caller<Held> third = stage.call(pool::acquire);
    third.failure(Stage.PATIENCE);
    second.use();
    second.close();
    stage.lendsAll(pool, 1);
  }

  @Promise("Giving back from two threads at once frees one place")
  static void twoThreads(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2));
    for (int i = 0; i < 200; i++) {
      Held held = stage.call(pool::acquire).result(Stage.PATIENCE);
      CyclicBarrier together = new CyclicBarrier(2);
      List<Caller<Void>> closers = new ArrayList<>();
      for (int n = 0; n < 2; n++) {
        closers.add(
            stage.call(
                () -> {
                  together.await();
                  quietly(held);
                  return null;
                }));
      }
      closers.forEach(closer -> closer.result(Stage.PATIENCE));
    }
    List<Held> both = stage.acquire(pool, 2);
    stage.require(
        both.get(0).wire() != both.get(1).wire(), "one connection was in two hands afterwards");
    Stage.close(both);
    stage.require(stage.endpoint().mostOpen() <= 2, "the maximum was exceeded");
  }

  @Promise("A lease may end on another thread than it began")
  static void otherThread(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    for (int i = 0; i < 20; i++) {
      Held held = stage.call(pool::acquire).result(Stage.PATIENCE);
      stage
          .call(
              () -> {
                held.use();
                held.close();
                return null;
              })
          .result(Stage.PATIENCE);
    }
    stage.lendsAll(pool, 1);
  }

  @Promise(value = "A handle is of no use after its lease", needs = Feature.GUARDED_HANDLE)
  static void useAfter(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    held.close();
    stage
        .call(
            () -> {
              held.use();
              return "through to the connection";
            })
        .failure(Stage.PATIENCE);
  }

  @Promise(
      value = "A close that is slow keeps nobody waiting who could have another connection",
      needs = Feature.CHECK)
  static void slowClose(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(3).check());
    stage.fill(pool, 3);
    Gate gate = new Gate();
    stage.endpoint().onClose(gate);
    stage.endpoint().onCheck(Leases::readOnlyAtFirst);
    List<Caller<Held>> callers =
        List.of(stage.call(pool::acquire), stage.call(pool::acquire), stage.call(pool::acquire));
    stage.until(() -> gate.arrived() > 0, "the useless connection was not being closed");
    stage.within(
        ofSeconds(6),
        () -> callers.stream().filter(Caller::succeeded).count() >= 2,
        "2 connections were idle, and not even 2 of 3 callers got one in 6 s");
    gate.open();
  }

  /** The first connection is alive, but of no use any more. */
  private static void readOnlyAtFirst(Call call) throws IOException {
    Wire wire = call.wire();
    if (wire != null && wire.number() == 0) {
      throw new IOException("read-only");
    }
  }

  @Promise(
      value = "A close that is slow does not hold up the one who gives back",
      needs = Feature.RESET)
  static void slowCloseOfOwn(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2).check());
    Held held = stage.acquire(pool);
    Gate gate = new Gate();
    stage.endpoint().onClose(gate);
    stage.endpoint().onReset(Step.refuses());
    held.alter();
    stage.within(
        ofSeconds(6),
        stage.giveBack(held)::isDone,
        "the holder waited 6 s for a connection to be closed");
    gate.open();
  }

  @Promise(value = "A close that throws is nobody's problem", needs = Feature.CHECK)
  static void throwingClose(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).check());
    stage.fill(pool, 1);
    stage
        .endpoint()
        .onClose(
            call -> {
              throw new IllegalStateException("a bug in the driver");
            });
    stage.endpoint().onCheck(Leases::readOnlyAtFirst);
    stage.acquire(pool).close();
    stage.endpoint().onClose(Step.works());
    stage.lendsAll(pool, 1);
  }

  @Promise(
      value = "A close that hangs for ever does not take its place with it",
      needs = Feature.CHECK)
  static void hangingClose(Stage stage) throws Exception {
    Subject pool =
        stage.start(new Settings().fixed(1).acquireTimeout(Duration.ofSeconds(3)).check());
    stage.fill(pool, 1);
    stage.endpoint().onClose(Step.silent());
    stage.endpoint().onCheck(Leases::readOnlyAtFirst);
    stage.lendsAll(pool, 1);
  }

  /** Some pools throw on the second; that does no harm. */
  private static void quietly(Held held) {
    try {
      held.close();
    } catch (Exception e) {
      // Told that it was given back already.
    }
  }
}
