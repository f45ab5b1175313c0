package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Call;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The endpoint is down, or everything fails in turn. */
final class Outage {
  private Outage() {}

  @Promise("A caller learns why nothing could be opened")
  static void cause(Stage stage) {
    stage.endpoint().goDown();
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(ofSeconds(2)));
    Throwable failure = stage.call(pool::acquire).failure(Stage.PATIENCE);
    for (Throwable e = failure; e != null; e = e.getCause()) {
      for (Throwable suppressed : e.getSuppressed()) {
        if (suppressed instanceof ConnectException) {
          return;
        }
      }
      if (e instanceof ConnectException || mentions(e)) {
        return;
      }
    }
    stage.require(false, "the caller was told only: " + failure.getMessage());
  }

  private static boolean mentions(Throwable e) {
    return String.valueOf(e.getMessage()).contains("connection refused");
  }

  @Promise("Callers learn of a dead endpoint well before their timeout")
  static void failFast(Stage stage) {
    stage.endpoint().goDown();
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(ofSeconds(12)));
    Caller<Held> caller = stage.call(pool::acquire);
    stage.within(
        ofSeconds(6),
        caller::isDone,
        "each open was refused at once, and a caller waited on for 6 s of 12");
    caller.failure(ofMillis(1));
  }

  @Promise("A dead endpoint is not hammered by callers that try again")
  static void noHammering(Stage stage) {
    stage.endpoint().goDown();
    Subject pool = stage.start(new Settings().max(4).acquireTimeout(ofSeconds(1)));
    long end = System.nanoTime() + ofSeconds(2).toNanos();
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      crowd.add(
          stage.call(
              () -> {
                while (System.nanoTime() < end) {
                  try {
                    pool.acquire().close();
                  } catch (Exception e) {
                    Stage.pause(ofMillis(1));
                  }
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(Stage.PATIENCE));
    stage.require(
        stage.endpoint().tries() <= 400,
        "8 callers that try again had it opened " + stage.endpoint().tries() + " times in 2 s");
  }

  @Promise("After an outage the pool serves again, by itself")
  static void recovery(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(2, 2).acquireTimeout(ofSeconds(1)).check());
    stage.fill(pool, 2);
    stage.endpoint().goDown();
    for (int i = 0; i < 3; i++) {
      Caller<Held> caller = stage.call(pool::acquire);
      stage.until(caller::isDone, "a caller was stuck during the outage");
    }
    stage.endpoint().comeUp();
    stage.lendsAll(pool, 2);
    Held held = stage.acquire(pool);
    held.use();
    held.close();
  }

  @Promise(
      value = "After an outage that cut every idle connection, no caller is handed a dead one",
      needs = Feature.CHECK)
  static void allIdleDead(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().size(5, 5).check());
    stage.fill(pool, 5);
    stage.endpoint().goDown();
    stage.endpoint().comeUp();
    List<Held> held = stage.acquire(pool, 5);
    for (Held one : held) {
      one.use();
    }
    Stage.close(held);
  }

  @Promise(
      value = "A fail-over costs a caller one check that hangs, not one for each idle connection",
      needs = Feature.CHECK)
  static void oneTimeout(Stage stage) throws Exception {
    Subject pool =
        stage.start(
            new Settings()
                .size(8, 8)
                .acquireTimeout(ofSeconds(20))
                .check()
                .checkTimeout(ofSeconds(1)));
    stage.fill(pool, 8);
    stage.endpoint().onCheck(Outage::hangIfOld);
    Caller<Held> caller = stage.call(pool::acquire);
    caller.result(ofSeconds(20)).close();
    stage.requireWithin(
        caller.took(), ofSeconds(4), "8 idle connections were silent, and the caller was served");
  }

  private static void hangIfOld(Call call) throws Exception {
    var wire = call.wire();
    if (wire != null && wire.number() < 8) {
      Step.silent().run(call);
    }
  }

  @Promise("After a storm of every kind of failure the pool still lends all its places")
  static void storm(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(4).acquireTimeout(ofSeconds(1)).check());
    Random script = new Random(7);
    Step sometimes =
        call -> {
          if (script.nextInt(4) == 0) {
            Step.refuses().run(call);
          }
        };
    stage.endpoint().onOpen(sometimes);
    stage.endpoint().onCheck(sometimes);
    stage.endpoint().onReset(sometimes);
    stage.endpoint().onClose(sometimes);
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Random random = new Random(i);
      crowd.add(
          stage.call(
              () -> {
                for (int round = 0; round < 20; round++) {
                  suffer(pool, random);
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(45)));
    stage.endpoint().onOpen(Step.works());
    stage.endpoint().onCheck(Step.works());
    stage.endpoint().onReset(Step.works());
    stage.endpoint().onClose(Step.works());
    stage.lendsAll(pool, 4);
  }

  private static void suffer(Subject pool, Random random) {
    try {
      Held held = pool.acquire();
      Stage.pause(ofMillis(1));
      switch (random.nextInt(4)) {
        case 0 -> held.fail();
        case 1 -> {
          held.alter();
          held.close();
        }
        default -> held.close();
      }
    } catch (Exception e) {
      // What else, in a storm.
    }
  }
}
