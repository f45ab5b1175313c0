package dev.weir.bench.behaviour.theme;

import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.stage.Caller;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** Many callers in a closed loop, and how often each was served. */
final class Crowd {
  /** Leases for each caller, were they shared evenly: fewer would be chance. */
  private static final int ENOUGH = 20;

  private final AtomicLongArray served;
  private final LongAdder leases = new LongAdder();

  private Crowd(int size) {
    served = new AtomicLongArray(size);
  }

  /**
   * Has {@code size} callers acquire, hold and give back for {@code span}, and for up to four times
   * as long on a machine where that is not enough to tell who is served how often.
   */
  static Crowd work(
      Stage stage, Subject pool, int size, boolean virtual, Duration hold, Duration span) {
    Crowd crowd = new Crowd(size);
    long began = System.nanoTime();
    Duration longest = span.multipliedBy(4);
    BooleanSupplier goesOn =
        () -> {
          long passed = System.nanoTime() - began;
          return passed < span.toNanos()
              || (crowd.leases.sum() < (long) ENOUGH * size && passed < longest.toNanos());
        };
    List<Caller<Void>> callers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int number = i;
      Callable<Void> loop =
          () -> {
            while (goesOn.getAsBoolean()) {
              Held held = pool.acquire();
              Stage.pause(hold);
              held.close();
              crowd.served.incrementAndGet(number);
              crowd.leases.increment();
            }
            return null;
          };
      callers.add(virtual ? stage.callVirtually(loop) : stage.call(loop));
    }
    callers.forEach(caller -> caller.result(longest.plus(Duration.ofSeconds(25))));
    return crowd;
  }

  /** Fails unless the least-served got at least that part of what the most-served got. */
  void requireEven(Stage stage, double part) {
    long least = counts().min().orElse(0);
    long most = counts().max().orElse(0);
    long without = counts().filter(count -> count == 0).count();
    stage.require(
        least >= most * part,
        "the least-served of "
            + served.length()
            + " callers got "
            + least
            + " leases, the most-served "
            + most
            + (without == 0 ? "" : "; " + without + " got none"));
  }

  private LongStream counts() {
    return LongStream.range(0, served.length()).map(i -> served.get((int) i));
  }
}
