package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Gate;
import dev.weir.bench.behaviour.endpoint.Step;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Callers on virtual threads. */
final class VirtualThreads {
  private VirtualThreads() {}

  @Promise("No virtual thread is starved: none gets less than a fifth of what another gets")
  static void even(Stage stage) {
    Subject pool = stage.start(new Settings().fixed(20).acquireTimeout(ofSeconds(30)));
    Crowd.work(stage, pool, 500, true, ofMillis(1), ofSeconds(4)).requireEven(stage, 0.2);
  }

  @Promise("10,000 virtual threads that wait at once are all served")
  static void many(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(10).acquireTimeout(ofSeconds(40)));
    List<Held> held = stage.acquire(pool, 10);
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      crowd.add(
          stage.callVirtually(
              () -> {
                pool.acquire().close();
                return null;
              }));
    }
    Stage.pause(ofMillis(500));
    Stage.close(held);
    long deadline = System.nanoTime() + ofSeconds(30).toNanos();
    for (Caller<Void> caller : crowd) {
      caller.result(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  @Promise("20 virtual callers on an empty pool are opened for in parallel")
  static void parallelOpens(Stage stage) {
    Gate gate = new Gate();
    stage.endpoint().onOpen(gate);
    Subject pool = stage.start(new Settings().max(20).openParallelism(20));
    List<Caller<Held>> crowd = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      crowd.add(stage.callVirtually(pool::acquire));
    }
    Opening.atLeastFour(stage, gate);
    crowd.forEach(caller -> caller.result(Stage.PATIENCE));
  }

  @Promise("With a driver that pins its thread, 20 virtual threads on 2 connections get on")
  static void pinned(Stage stage) {
    stage.endpoint().onOpen(call -> Pinning.run(() -> Stage.pause(ofMillis(50))));
    Subject pool = stage.start(new Settings().max(2).acquireTimeout(ofSeconds(20)));
    List<Caller<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      crowd.add(
          stage.callVirtually(
              () -> {
                for (int round = 0; round < 10; round++) {
                  Held held = pool.acquire();
                  Pinning.run(() -> Stage.pause(ofMillis(1)));
                  held.close();
                }
                return null;
              }));
    }
    crowd.forEach(caller -> caller.result(ofSeconds(25)));
  }

  @Promise("Opens that hang and pin their threads leave other virtual threads running")
  static void pinnedOpens(Stage stage) throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    Subject pool =
        stage.start(
            new Settings()
                .max(carriers + 4)
                .openParallelism(carriers + 2)
                .acquireTimeout(ofSeconds(20)));
    Held held = stage.acquire(pool);
    stage.endpoint().onOpen(call -> Pinning.run(() -> hang(call)));
    for (int i = 0; i < carriers + 2; i++) {
      stage.callVirtually(pool::acquire);
    }
    stage.until(() -> stage.endpoint().opening() > 0, "nobody tried to open");
    Stage.pause(ofMillis(300));
    stage
        .callVirtually(
            () -> {
              held.use();
              held.close();
              return null;
            })
        .result(ofSeconds(6));
  }

  private static void hang(dev.weir.bench.behaviour.endpoint.Call call) {
    try {
      Step.silent().run(call);
    } catch (Exception e) {
      // The behaviour is over.
    }
  }

  @Promise("An interrupted virtual thread leaves nothing behind")
  static void interrupt(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1));
    Held held = stage.acquire(pool);
    List<Caller<Held>> line = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      line.add(stage.callVirtually(pool::acquire));
    }
    line.get(49).untilItWaits();
    line.forEach(caller -> caller.thread().interrupt());
    for (Caller<Held> caller : line) {
      caller.failure(ofSeconds(6));
    }
    held.close();
    stage.lendsAll(pool, 1);
  }

  @Promise("500 virtual threads that wait burn no processor time")
  static void idleWait(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(2).acquireTimeout(ofSeconds(30)));
    List<Held> held = stage.acquire(pool, 2);
    for (int i = 0; i < 500; i++) {
      stage.callVirtually(
          () -> {
            pool.acquire().close();
            return null;
          });
    }
    Stage.pause(ofMillis(700));
    var process =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = process.getProcessCpuTime();
    Stage.pause(ofSeconds(2));
    Duration burnt = Duration.ofNanos(process.getProcessCpuTime() - before);
    stage.require(
        burnt.compareTo(ofMillis(400)) < 0,
        "they burnt " + burnt.toMillis() + " ms of processor time in 2 s");
    Stage.close(held);
  }
}
