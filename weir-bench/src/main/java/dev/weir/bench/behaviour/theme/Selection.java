package dev.weir.bench.behaviour.theme;

import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Settings.Order;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Which of the idle connections a caller gets. */
final class Selection {
  private static final int SIZE = 4;

  /** Long enough for any clock to move, on a machine that is busy with other things. */
  private static final Duration MOMENT = Duration.ofMillis(60);

  private Selection() {}

  @Promise(value = "Last in, first out: the connection used last goes first", needs = Feature.LIFO)
  static void lifo(Stage stage) throws Exception {
    Subject pool = filled(stage, Order.LIFO);
    for (int i = 0; i < 6; i++) {
      List<Held> held = new ArrayList<>(stage.acquire(pool, 3));
      java.util.Collections.shuffle(held, new java.util.Random(i));
      giveBackOneByOne(held);
      Wire last = held.get(2).wire();
      Held next = stage.acquire(pool);
      stage.require(next.wire() == last, "not the one given back last");
      next.close();
    }
  }

  /**
   * Slowly: of connections that came back within some milliseconds, any may pass for the last, as
   * none of them ages by that.
   */
  private static void giveBackOneByOne(List<Held> held) throws Exception {
    for (Held one : held) {
      one.close();
      Stage.pause(MOMENT);
    }
  }

  @Promise(
      value = "First in, first out: the connection idle longest goes first",
      needs = Feature.FIFO)
  static void fifo(Stage stage) throws Exception {
    Subject pool = filled(stage, Order.FIFO);
    List<Held> held = stage.acquire(pool, SIZE);
    giveBackOneByOne(held);
    for (int i = 0; i < 3 * SIZE; i++) {
      Held next = stage.acquire(pool);
      stage.require(next.wire() == held.get(i % SIZE).wire(), "not the one idle longest");
      next.close();
      Stage.pause(MOMENT);
    }
  }

  @Promise(
      value = "Round robin: one after the other gets each in turn",
      needs = Feature.ROUND_ROBIN)
  static void roundRobin(Stage stage) throws Exception {
    Subject pool = filled(stage, Order.ROUND_ROBIN);
    List<Wire> seen = new ArrayList<>();
    for (int i = 0; i < 3 * SIZE; i++) {
      Held held = stage.acquire(pool);
      seen.add(held.wire());
      held.close();
    }
    for (int i = 0; i + SIZE <= seen.size(); i++) {
      stage.require(
          new HashSet<>(seen.subList(i, i + SIZE)).size() == SIZE,
          SIZE + " callers in a row did not get " + SIZE + " connections");
    }
  }

  @Promise(value = "The user's own strategy decides", needs = Feature.OWN_STRATEGY)
  static void own(Stage stage) throws Exception {
    AtomicBoolean last = new AtomicBoolean();
    Subject pool =
        stage.start(
            new Settings().size(SIZE, SIZE).strategy((size, ready) -> pick(size, ready, last)));
    stage.fill(pool, SIZE);
    Wire first = taken(stage, pool);
    stage.require(taken(stage, pool) == first, "the first ready was not the same twice");
    last.set(true);
    Wire other = taken(stage, pool);
    stage.require(taken(stage, pool) == other, "the last ready was not the same twice");
    stage.require(other != first, "the first and the last of 4 were the same");
  }

  @Promise(
      value = "A key gets the connection that it had, or another when that is busy or gone",
      needs = Feature.AFFINITY)
  static void affinity(Stage stage) throws Exception {
    Subject pool = stage.start(new Settings().fixed(SIZE));
    stage.fill(pool, SIZE);
    List<String> keys = List.of("one", "two", "three");
    Map<String, Held> held = new LinkedHashMap<>();
    for (String key : keys) {
      held.put(key, keyed(stage, pool, key));
    }
    Stage.close(held.values());
    for (int i = 0; i < 12; i++) {
      String key = keys.get(i * 7 % 3);
      Held again = keyed(stage, pool, key);
      stage.require(
          again.wire() == Objects.requireNonNull(held.get(key)).wire(),
          "with its connection idle, a key got another");
      again.close();
    }
    Held own = keyed(stage, pool, "one");
    Held other = keyed(stage, pool, "one");
    stage.require(own.wire() != other.wire(), "one connection was leased twice");
    own.fail();
    other.close();
    keyed(stage, pool, "one").close();
  }

  private static Held keyed(Stage stage, Subject pool, String key) {
    return stage.call(() -> pool.acquire((Object) key)).result(Stage.PATIENCE);
  }

  private static int pick(int size, IntPredicate ready, AtomicBoolean last) {
    IntStream all = IntStream.range(0, size).filter(ready);
    return (last.get() ? all.max() : all.min()).orElse(-1);
  }

  private static Wire taken(Stage stage, Subject pool) throws Exception {
    Held held = stage.acquire(pool);
    Wire wire = held.wire();
    held.close();
    return wire;
  }

  @Promise(
      value = "A strategy of the user's own that throws or errs fails no caller",
      needs = Feature.OWN_STRATEGY)
  static void wrongStrategy(Stage stage) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Subject pool =
        stage.start(
            new Settings()
                .size(SIZE, SIZE)
                .acquireTimeout(Duration.ofSeconds(2))
                .strategy((size, ready) -> mistake(asked.getAndIncrement(), size, ready)));
    stage.fill(pool, SIZE);
    for (int i = 0; i < 12; i++) {
      stage.acquire(pool).close();
    }
    stage.require(asked.get() > 0, "the strategy was never asked");
    stage.lendsAll(pool, SIZE);
  }

  private static int mistake(int turn, int size, IntPredicate ready) {
    return switch (turn % 3) {
      case 0 -> throw new IllegalStateException("a bug in the strategy");
      case 1 -> size + 7;
      default -> IntStream.range(0, size).filter(ready.negate()).findFirst().orElse(-5);
    };
  }

  private static Subject filled(Stage stage, Order order) throws Exception {
    Subject pool = stage.start(new Settings().size(SIZE, SIZE).order(order));
    stage.fill(pool, SIZE);
    stage.until(() -> stage.endpoint().open() == SIZE, "the pool was not filled");
    return pool;
  }
}
