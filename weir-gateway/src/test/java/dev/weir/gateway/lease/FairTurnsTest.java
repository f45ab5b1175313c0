package dev.weir.gateway.lease;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairTurnsTest {
  private static List<FairTurns<String>.Turn> join(
      FairTurns<String> turns, String client, int times) {
    List<FairTurns<String>.Turn> joined = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      joined.add(turns.join(client));
    }
    return joined;
  }

  private static long granted(List<FairTurns<String>.Turn> turns) {
    return turns.stream().filter(FairTurns.Turn::isGranted).count();
  }

  @Test
  void oneCallIsNextAlthoughAnotherClientHasAHundredInLine() {
    var turns = new FairTurns<String>(1);
    var many = join(turns, "many", 100);
    var one = turns.join("one");
    assertThat(granted(many)).isEqualTo(1);
    assertThat(one.isGranted()).isFalse();
    many.getFirst().end();
    assertThat(one.isGranted()).isTrue();
    assertThat(granted(many)).isZero();
    one.end();
    assertThat(many.get(1).isGranted()).as("its own come in their order").isTrue();
  }

  @Test
  void theLinesAreServedOneAfterTheOther() {
    var turns = new FairTurns<String>(1);
    var running = turns.join("a");
    var lines = new ArrayList<>(List.of(turns.join("a"), turns.join("a")));
    lines.addAll(join(turns, "b", 2));
    lines.addAll(join(turns, "c", 2));
    List<Integer> order = new ArrayList<>();
    for (int served = 0; served < 6; served++) {
      running.end();
      for (int i = 0; i < 6; i++) {
        if (lines.get(i).isGranted()) {
          order.add(i);
          running = lines.get(i);
        }
      }
    }
    assertThat(order).containsExactly(2, 4, 0, 3, 5, 1);
  }

  @Test
  void oneClientNeverHoldsMoreThanHalfSoThatOthersFindRoomAtOnce() {
    var turns = new FairTurns<String>(4);
    var greedy = join(turns, "greedy", 10);
    assertThat(granted(greedy)).isEqualTo(2);
    assertThat(turns.join("other").isGranted()).isTrue();
    assertThat(turns.join("other").isGranted()).isTrue();
    assertThat(turns.join("third").isGranted()).as("all four are taken").isFalse();
  }

  @Test
  void whoGivesUpLeavesTheLineAndWhoEndsTwiceFreesOne() throws Exception {
    var turns = new FairTurns<String>(1);
    var first = turns.join("a");
    var second = turns.join("b");
    var third = turns.join("c");
    assertThat(second.giveUp()).isTrue();
    assertThat(second.await()).isFalse();
    assertThat(first.giveUp()).as("it does not wait").isFalse();
    first.end();
    first.end();
    second.end();
    assertThat(third.await()).isTrue();
    assertThat(turns.join("d").isGranted()).isFalse();
  }

  @Test
  void noneIsForgottenAndNeverAreThereMoreThanAllowed() throws Exception {
    var turns = new FairTurns<Integer>(3);
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int client = i % 7;
        calls.add(
            threads.submit(
                () -> {
                  var turn = turns.join(client);
                  try {
                    if (ThreadLocalRandom.current().nextInt(5) == 0) {
                      turn.giveUp();
                    }
                    if (turn.await()) {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      Thread.yield();
                      running.decrementAndGet();
                    }
                  } finally {
                    turn.end();
                  }
                  return null;
                }));
      }
      await().until(() -> calls.stream().allMatch(Future::isDone));
      for (Future<?> call : calls) {
        call.get();
      }
    }
    assertThat(most.get()).isBetween(1, 3);
  }
}
