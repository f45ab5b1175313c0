package dev.weir.bench.behaviour.theme;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/** Who is served, and whether everybody is. */
final class Fairness {
  /** Far from even, and far from starving. */
  private static final double PART = 0.2;

  private Fairness() {}

  @Promise(
      value = "Those who wait are served in the order in which they came",
      needs = Feature.ARRIVAL_ORDER)
  static void order(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).arrivalOrder());
    Held held = stage.acquire(pool);
    List<Caller<Held>> line = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      line.add(stage.waiter(pool));
    }
    for (int i = 0; i < line.size(); i++) {
      held.close();
      held = line.get(i).result(ofSeconds(5));
      stage.require(
          line.subList(i + 1, line.size()).stream().noneMatch(Caller::isDone),
          "a later caller was served as well");
    }
    held.close();
  }

  @Promise("In a closed loop no thread gets less than a fifth of what another gets")
  static void threads(Stage stage) {
    Subject pool = stage.start(new Settings().fixed(4).acquireTimeout(ofSeconds(30)));
    Crowd.work(stage, pool, 32, false, ofMillis(1), ofSeconds(3)).requireEven(stage, PART);
  }

  @Promise("A thread that takes again what it just gave back does not starve the others")
  static void greedy(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(1).acquireTimeout(ofSeconds(30)));
    Held first = stage.acquire(pool);
    Caller<Held> waiter = stage.waiter(pool);
    Caller<Integer> greedy =
        stage.call(
            () -> {
              int taken = 0;
              first.close();
              while (!waiter.isDone()) {
                Held held = pool.acquire();
                Stage.pause(ofMillis(1));
                taken++;
                held.close();
              }
              return taken;
            });
    waiter.result(ofSeconds(3)).close();
    greedy.result(Stage.PATIENCE);
  }
}
