package dev.weir.gateway.upstream;

import static dev.weir.gateway.upstream.Verdict.FAILED;
import static dev.weir.gateway.upstream.Verdict.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One endpoint's states, on a clock that stands still unless it is told. */
class OutlierEjectionTest {
  private static final Duration TIME = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final OutlierEjection endpoint = withChance(0);

  private OutlierEjection withChance(double chance) {
    return new OutlierEjection(new OutlierEjection.Rules(3, TIME, LONGEST), now::get, () -> chance);
  }

  private void pass(Duration span) {
    now.addAndGet(span.toNanos());
  }

  private boolean openingFails(long conversation) {
    return endpoint.failed(FAILED, true, conversation) && endpoint.eject();
  }

  private void eject() {
    for (int i = 0; i < 3; i++) {
      endpoint.failed(UNREACHABLE, true, i);
    }
    assertThat(endpoint.eject()).isTrue();
  }

  private OutlierEjection.Probe probe() {
    return Objects.requireNonNull(endpoint.tryProbe());
  }

  @Test
  void soManyFailuresInARowEjectAndOneLessDoesNot() {
    assertThat(openingFails(1)).isFalse();
    assertThat(openingFails(2)).isFalse();
    assertThat(endpoint.eject()).as("without reason").isFalse();
    assertThat(endpoint.isHealthy()).isTrue();
    assertThat(openingFails(3)).isTrue();
    assertThat(endpoint.health()).isEqualTo(Health.EJECTED);
    assertThat(endpoint.timeLeft()).isEqualTo(TIME);
    assertThat(endpoint).hasToString("ejected for 30 s more");
  }

  @Test
  void anOpeningThatSucceedsEndsTheRow() {
    openingFails(1);
    openingFails(2);
    endpoint.answered(true);
    assertThat(endpoint.failures()).isZero();
    assertThat(openingFails(3)).isFalse();
  }

  @Test
  void aServerThatOnlyServesThoseItHasIsEjected() {
    for (int conversation = 1; conversation <= 2; conversation++) {
      assertThat(openingFails(conversation)).isFalse();
      endpoint.answered(false);
    }
    assertThat(openingFails(3)).isTrue();
  }

  @Test
  void callsOfOneConversationCountOnceAndThoseOfSeveralEach() {
    for (int call = 0; call < 10; call++) {
      assertThat(endpoint.failed(FAILED, false, 7)).isFalse();
    }
    assertThat(endpoint.failures()).isEqualTo(1);
    assertThat(endpoint.failed(FAILED, false, 8)).isFalse();
    assertThat(endpoint.failed(FAILED, false, 9)).isTrue();
  }

  @Test
  void anAnswerToACallEndsTheRowOfCalls() {
    endpoint.failed(FAILED, false, 7);
    endpoint.failed(FAILED, false, 8);
    endpoint.answered(false);
    assertThat(endpoint.failed(FAILED, false, 9)).isFalse();
  }

  @Test
  void aConnectionThatCannotBeOpenedCountsEachTime() {
    endpoint.failed(UNREACHABLE, false, 7);
    endpoint.failed(UNREACHABLE, false, 7);
    assertThat(endpoint.failed(UNREACHABLE, false, 7)).isTrue();
  }

  @Test
  void whenItsTimeIsOverOneMayProbeAndNobodyElse() {
    eject();
    pass(TIME.minusNanos(1));
    assertThat(endpoint.isDue()).isFalse();
    assertThat(endpoint.tryProbe()).isNull();
    pass(Duration.ofNanos(1));
    assertThat(endpoint.isDue()).isTrue();
    assertThat(endpoint.tryProbe()).isNotNull();
    assertThat(endpoint.health()).isEqualTo(Health.PROBING);
    assertThat(endpoint.isDue()).isFalse();
    assertThat(endpoint.tryProbe()).isNull();
  }

  @Test
  void aProbeThatOpensMakesItHealthyAndWhatItGivesUpThenChangesNothing() {
    eject();
    pass(TIME);
    OutlierEjection.Probe probe = probe();
    endpoint.answered(true);
    probe.giveUp();
    assertThat(endpoint.isHealthy()).isTrue();
    assertThat(endpoint.failures()).isZero();
  }

  @Test
  void callsOfSessionsThatLiveThereNeitherBringItBackNorKeepItOut() {
    eject();
    endpoint.answered(false);
    assertThat(endpoint.failed(UNREACHABLE, false, 1)).isFalse();
    assertThat(endpoint.timeLeft()).isEqualTo(TIME);
  }

  @Test
  void eachEjectionLastsTwiceAsLongUpToABound() {
    eject();
    List<Duration> spans = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      pass(LONGEST);
      assertThat(probe().failed()).isTrue();
      spans.add(endpoint.timeLeft());
    }
    assertThat(spans)
        .containsExactly(
            TIME.multipliedBy(2), TIME.multipliedBy(4), TIME.multipliedBy(8), LONGEST, LONGEST);
  }

  @Test
  void anEjectionIsRememberedUntilItWasHealthyForLong() {
    eject();
    pass(TIME);
    probe();
    endpoint.answered(true);
    eject();
    assertThat(endpoint.timeLeft()).as("soon again").isEqualTo(TIME.multipliedBy(2));
    endpoint.answered(true);
    pass(LONGEST);
    eject();
    assertThat(endpoint.timeLeft()).as("after long").isEqualTo(TIME);
  }

  @Test
  void chanceTakesUpToAFifthOff() {
    OutlierEjection other = withChance(0.5);
    for (int i = 0; i < 3; i++) {
      other.failed(FAILED, true, i);
    }
    other.eject();
    assertThat(other.timeLeft()).isEqualTo(Duration.ofSeconds(27));
  }

  @Test
  void aProbeThatFoundNothingOutLeavesTheTurnToTheNext() {
    eject();
    pass(TIME);
    probe().giveUp();
    assertThat(endpoint.health()).isEqualTo(Health.EJECTED);
    assertThat(endpoint.isDue()).isTrue();
  }

  @Test
  void aProbeThatEndsLateMovesNothingThatCameAfterIt() {
    eject();
    pass(TIME);
    OutlierEjection.Probe late = probe();
    endpoint.answered(true);
    eject();
    pass(LONGEST);
    OutlierEjection.Probe current = probe();
    assertThat(late.failed()).isFalse();
    late.giveUp();
    assertThat(endpoint.health()).isEqualTo(Health.PROBING);
    assertThat(current.failed()).isTrue();
  }

  @Test
  void ofManyThatComeAtOnceOneEjectsAndOneProbes() throws Exception {
    int callers = 16;
    try (var threads = Executors.newFixedThreadPool(callers)) {
      for (int round = 0; round < 200; round++) {
        int first = round * callers;
        List<Callable<Boolean>> fail = new ArrayList<>();
        List<Callable<Boolean>> probe = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
          long conversation = first + caller;
          fail.add(() -> endpoint.failed(FAILED, false, conversation) && endpoint.eject());
          probe.add(() -> endpoint.tryProbe() != null);
        }
        assertThat(yes(threads.invokeAll(fail))).isEqualTo(1);
        pass(LONGEST);
        assertThat(yes(threads.invokeAll(probe))).isEqualTo(1);
        endpoint.answered(true);
      }
    }
  }

  private static long yes(List<Future<Boolean>> answers) throws Exception {
    long yes = 0;
    for (Future<Boolean> answer : answers) {
      yes += answer.get() ? 1 : 0;
    }
    return yes;
  }
}
