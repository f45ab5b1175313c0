package dev.weir.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.call.Identity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallLimitsTest {
  private static final Identity ANN = new Identity("test", "ann");
  private static final Identity BOB = new Identity("test", "bob");

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // a clock may pass its end
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private CallLimits.Bounds bounds = new CallLimits.Bounds(0, 1, 0);
  private final CallLimits limits = new CallLimits(() -> bounds, now::get, meters);

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private int begun(Identity caller, int tries) {
    int begun = 0;
    for (int i = 0; i < tries; i++) {
      try (var _ = limits.begin(caller, "/mcp/a")) {
        begun++;
      } catch (LimitReachedException e) {
        assertThat(e.limit()).isEqualTo(LimitReachedException.Limit.CALLS);
      }
    }
    return begun;
  }

  @Test
  void withoutABoundThereIsNone() {
    assertThat(begun(ANN, 10_000)).isEqualTo(10_000);
  }

  @Test
  void aBurstComesAtOnceAndThenSoManyASecond() {
    bounds = new CallLimits.Bounds(10, 5, 0);
    assertThat(begun(ANN, 20)).isEqualTo(5);
    pass(100);
    assertThat(begun(ANN, 20)).isEqualTo(1);
    pass(50);
    assertThat(begun(ANN, 20)).isZero();
    pass(250);
    assertThat(begun(ANN, 20)).isEqualTo(3);
    pass(3_600_000);
    assertThat(begun(ANN, 20)).as("no more is saved up than a burst").isEqualTo(5);
  }

  @Test
  void eachIdentityAndEachRouteHasItsOwn() throws LimitReachedException {
    bounds = new CallLimits.Bounds(1, 1, 0);
    assertThat(begun(ANN, 5)).isEqualTo(1);
    assertThat(begun(BOB, 5)).isEqualTo(1);
    limits.begin(ANN, "/mcp/b").close();
    limits.begin(new Identity("other", "ann"), "/mcp/a").close();
  }

  @Test
  void whoIsRefusedIsToldWhenToComeBackAndIsServedThen() {
    bounds = new CallLimits.Bounds(1, 2, 0);
    assertThat(begun(ANN, 2)).isEqualTo(2);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(() -> limits.begin(ANN, "/mcp/a"))
        .withMessageContaining("/mcp/a")
        .withMessageContaining("limits.calls-per-second 1")
        .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
    pass(1000);
    assertThat(begun(ANN, 5)).isEqualTo(1);
    assertThat(meters.get("weir.calls.refused").tag("limit", "rate").counter().count())
        .isEqualTo(5);
  }

  @Test
  void soManyAreInFlightAndEachEndMakesRoomOnce() throws LimitReachedException {
    bounds = new CallLimits.Bounds(0, 1, 3);
    List<CallLimits.Turn> turns = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      turns.add(limits.begin(ANN, "/mcp/a"));
    }
    assertThat(begun(ANN, 2)).isZero();
    turns.getFirst().close();
    turns.getFirst().close();
    turns.add(limits.begin(ANN, "/mcp/a"));
    assertThat(begun(ANN, 2)).isZero();
    turns.forEach(CallLimits.Turn::close);
    assertThat(begun(ANN, 9)).isEqualTo(9);
  }

  @Test
  void aBoundThatChangesHoldsForTheNextRequest() {
    bounds = new CallLimits.Bounds(1, 1, 0);
    assertThat(begun(ANN, 5)).isEqualTo(1);
    bounds = new CallLimits.Bounds(0, 1, 0);
    assertThat(begun(ANN, 5)).isEqualTo(5);
    bounds = new CallLimits.Bounds(0, 1, 1);
    assertThat(begun(ANN, 5)).isEqualTo(5);
  }

  @Test
  void manyThreadsAtOnceGetNoMoreThanThereIs() throws InterruptedException {
    bounds = new CallLimits.Bounds(1, 100, 0);
    var begun = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Thread.startVirtualThread(() -> begun.addAndGet(begun(ANN, 50))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(begun).hasValue(100);
  }
}
