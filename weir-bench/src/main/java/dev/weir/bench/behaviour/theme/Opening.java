package dev.weir.bench.behaviour.theme;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opening connections, one by one well. When the whole endpoint is down: {@link Outage}. */
final class Opening {
  private Opening() {}

  @Promise("20 callers on an empty pool are opened for in parallel")
  static void parallel(Stage stage) {
    Gate gate = new Gate();
    stage.endpoint().onOpen(gate);
    Subject pool = stage.start(new Settings().max(20).openParallelism(20));
    List<Caller<Held>> crowd = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      crowd.add(stage.call(pool::acquire));
    }
    atLeastFour(stage, gate);
    crowd.forEach(caller -> caller.result(Stage.PATIENCE));
  }

  /** Shared with the same question asked from virtual threads. */
  static void atLeastFour(Stage stage, Gate gate) {
    stage.within(
        ofSeconds(8),
        () -> gate.arrived() >= 4,
        "20 callers waited, and no more than " + Math.max(1, gate.arrived()) + " opened at a time");
    gate.open();
  }

  @Promise("One open that hangs does not stop the next")
  static void hangDoesNotStopTheNext(Stage stage) throws Exception {
    stage.endpoint().nextOpens(Step.silent());
    Subject pool = stage.start(new Settings().max(4).acquireTimeout(ofSeconds(20)));
    Caller<Held> first = stage.call(pool::acquire);
    stage.until(() -> stage.endpoint().tries() > 0, "nobody tried to open");
    Caller<Held> second = stage.call(pool::acquire);
    stage.within(
        ofSeconds(6),
        () -> first.isDone() || second.isDone(),
        "one open hung, 3 places were free, and neither of two callers was served in 6 s");
  }

  @Promise("One open that hangs does not stop those whom another connection can serve")
  static void hangBesideALease(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(ofSeconds(20)));
    Held held = stage.acquire(pool);
    stage.until(() -> stage.endpoint().opening() == 0, "an open never ended");
    stage.endpoint().onOpen(Step.silent());
    Caller<Held> first = stage.call(pool::acquire).untilItWaits();
    Caller<Held> second = stage.call(pool::acquire).untilItWaits();
    stage.giveBack(held);
    stage.within(
        ofSeconds(6),
        () -> first.isDone() || second.isDone(),
        "a connection was given back, and neither of two callers got it in 6 s");
  }

  @Promise("An open that hangs for ever does not hold its place for ever")
  static void hangIsGivenUp(Stage stage) {
    stage.endpoint().nextOpens(Step.silent());
    Subject pool =
        stage.start(new Settings().max(1).acquireTimeout(ofSeconds(2)).openTimeout(ofSeconds(1)));
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < deadline) {
      Caller<Held> caller = stage.call(pool::acquire);
      stage.within(ofSeconds(20), caller::isDone, "a caller was stuck for 20 s");
      if (caller.succeeded()) {
        return;
      }
    }
    stage.require(false, "20 s after its only open hung, the pool had opened nothing else");
  }

  @Promise("What is opened after its caller gave up serves the next caller")
  static void lateOpen(Stage stage) throws Exception {
    Gate gate = new Gate();
    stage.endpoint().nextOpens(gate);
    Subject pool = stage.start(new Settings().max(1).acquireTimeout(ofSeconds(1)));
    Caller<Held> first = stage.call(pool::acquire);
    stage.until(() -> gate.arrived() == 1, "nobody tried to open");
    stage.within(
        ofSeconds(8), first::isDone, "the caller waited 8 s for an open, with a timeout of 1 s");
    gate.open();
    if (first.succeeded()) {
      first.result(Stage.PATIENCE).close();
    }
    stage.lendsAll(pool, 1);
    stage.require(
        stage.endpoint().opened().size() == 1,
        "it was thrown away and " + stage.endpoint().opened().size() + " were opened");
  }

  @Promise("An interrupted caller does not take down the open that others wait for")
  static void interruptedOpener(Stage stage) throws Exception {
    Gate gate = new Gate();
    stage.endpoint().nextOpens(gate);
    Subject pool = stage.start(new Settings().max(1));
    Caller<Held> first = stage.call(pool::acquire);
    stage.until(() -> gate.arrived() == 1, "nobody tried to open");
    Caller<Held> second = stage.call(pool::acquire).untilItWaits();
    first.thread().interrupt();
    // One that heeds it leaves before there is anything to lend; not every pool lets it.
    boolean heeded = Stage.holdsWithin(ofSeconds(3), first::isDone);
    gate.open();
    if (!heeded && first.untilItWaits().succeeded()) {
      first.result(Stage.PATIENCE).close();
    }
    second.result(ofSeconds(5)).close();
  }

  @Promise(value = "An open that fails once is tried again for its caller", needs = Feature.RETRY)
  static void retry(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().max(1));
    stage.endpoint().nextOpens(Step.refuses());
    stage.acquire(pool).close();
  }

  @Promise("A waiter gets its chance when the open of another caller fails")
  static void failedOpenOfAnother(Stage stage) throws Exception {
    Gate gate = new Gate();
    stage.endpoint().nextOpens(gate);
    Subject pool = stage.start(new Settings().max(1).acquireTimeout(ofSeconds(20)));
    Caller<Held> first = stage.call(pool::acquire);
    stage.until(() -> gate.arrived() == 1, "nobody tried to open");
    Caller<Held> second = stage.call(pool::acquire).untilItWaits();
    gate.openTo(Step.refuses());
    stage.until(
        () -> first.isDone() || second.isDone(), "after a failed open nobody was served in 15 s");
    if (first.succeeded()) {
      first.result(Stage.PATIENCE).close();
    }
    second.result(ofSeconds(8)).close();
  }

  @Promise("A factory that throws an Error takes down one caller at most")
  static void error(Stage stage) throws Exception {
    Step fails =
        call -> {
          throw new NoClassDefFoundError("driver/Missing");
        };
    stage.endpoint().nextOpens(fails, fails);
    Subject pool = stage.start(new Settings().max(1).acquireTimeout(ofSeconds(3)));
    Caller<Held> first = stage.call(pool::acquire).untilItWaits();
    stage.until(first::isDone, "its caller was stuck");
    if (first.succeeded()) {
      first.result(Stage.PATIENCE).close();
    }
    stage.lendsAll(pool, 1);
  }

  @Promise(
      value = "A start that must succeed fails without an endpoint, and leaves nothing behind",
      needs = {Feature.START_MUST_SUCCEED})
  static void startMustSucceed(Stage stage) throws Exception {
    stage.endpoint().nextOpens(Step.works());
    stage.endpoint().onOpen(Step.refuses());
    Caller<Subject> start =
        stage.call(
            () ->
                stage.startOrThrow(
                    new Settings().size(2, 2).acquireTimeout(ofSeconds(2)).startMustSucceed()));
    // A pool may be content with the first; then the second start has to fail.
    stage.within(ofSeconds(20), start::isDone, "the start had not ended after 20 s");
    if (start.succeeded()) {
      start.result(Stage.PATIENCE).close();
      stage
          .call(
              () ->
                  stage.startOrThrow(
                      new Settings().size(2, 2).acquireTimeout(ofSeconds(2)).startMustSucceed()))
          .failure(ofSeconds(20));
    }
    stage.untilAllClosed();
  }
}
