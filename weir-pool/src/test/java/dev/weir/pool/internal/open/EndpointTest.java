package dev.weir.pool.internal.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.internal.open.Endpoint.Change;
import dev.weir.pool.internal.open.Endpoint.Kind;
import dev.weir.pool.internal.time.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** P8: the circuit breaker of the endpoint, by itself. */
class EndpointTest {
  private static final long MS = 1_000_000;
  private static final Throwable FIRST = new IOException("first");
  private static final Throwable LATER = new IOException("later");
  private final Endpoint endpoint =
      new Endpoint(
          3, new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), () -> 0), 100 * MS);

  private Endpoint.Try open() {
    return Objects.requireNonNull(endpoint.tryOpen());
  }

  private Endpoint.Try probe(long now) {
    return Objects.requireNonNull(endpoint.tryProbe(now));
  }

  private @Nullable Change breakIt(long now) {
    endpoint.failed(open(), now, FIRST);
    endpoint.failed(open(), now, LATER);
    return endpoint.failed(open(), now, LATER);
  }

  @Test
  void asManyFailuresInARowAsTheThresholdOpenTheBreakerWithTheFirstCause() { // P8
    assertThat(endpoint.failed(open(), 5, FIRST)).isNull();
    assertThat(endpoint.failed(open(), 6, LATER)).isNull();
    assertThat(endpoint.isUp()).isTrue();
    assertThat(endpoint.failed(open(), 7, LATER))
        .isEqualTo(new Change(Kind.OPENED, 1, new Outage(FIRST, 5, 3), 7 + 40 * MS));
    assertThat(endpoint.isUp()).isFalse();
    assertThat(endpoint.refuses()).isTrue();
    assertThat(endpoint.tryOpen()).isNull();
  }

  @Test
  void aSuccessBetweenBeginsTheCountAgain() { // P8
    endpoint.failed(open(), 0, FIRST);
    endpoint.failed(open(), 0, FIRST);
    assertThat(endpoint.succeeded()).isNull();
    assertThat(endpoint.isSound()).isTrue();
    assertThat(endpoint.failed(open(), 0, FIRST)).isNull();
    assertThat(endpoint.failed(open(), 0, FIRST)).isNull();
    assertThat(endpoint.isUp()).isTrue();
  }

  @Test
  void failuresOfTriesThatBeganBeforeTheLastSuccessAreOldNews() { // P8
    Endpoint.Try old = open();
    endpoint.succeeded();
    for (int i = 0; i < 10; i++) {
      assertThat(endpoint.failed(old, 0, FIRST)).isNull();
    }
    assertThat(endpoint.isSound()).isTrue();
  }

  @Test
  void onlyOneProbeIsPermittedAndOnlyAfterThePause() { // P8
    breakIt(0);
    assertThat(endpoint.tryProbe(40 * MS - 1)).isNull();
    assertThat(endpoint.tryProbe(40 * MS)).isNotNull();
    assertThat(endpoint.tryProbe(40 * MS)).isNull();
    assertThat(endpoint.tryProbe(1_000 * MS)).isNull();
    assertThat(endpoint.refuses()).isTrue();
  }

  @Test
  void eachProbeThatFailsMakesThePauseLongerUpToTheLongest() { // P8
    breakIt(0);
    long now = 40 * MS;
    for (long pause : new long[] {80, 100, 100}) {
      Change change = Objects.requireNonNull(endpoint.failed(probe(now), now, LATER));
      assertThat(change.kind()).isEqualTo(Kind.PROBE_FAILED);
      assertThat(change.outage().cause()).isSameAs(FIRST);
      assertThat(change.nextProbe()).isEqualTo(now + pause * MS);
      now = change.nextProbe();
    }
  }

  @Test
  void aProbeThatSucceedsClosesTheBreakerAndForgetsTheOutage() { // P8
    breakIt(0);
    probe(40 * MS);
    assertThat(endpoint.succeeded())
        .isEqualTo(new Change(Kind.CLOSED, 2, new Outage(FIRST, 0, 3), 0));
    assertThat(endpoint.isSound()).isTrue();
    assertThat(endpoint.refuses()).isFalse();
    assertThat(endpoint.mayBegin(0)).isTrue();
  }

  @Test
  void aTryFromBeforeTheOutageIsCountedButDoesNotMoveTheProbe() { // P8
    Endpoint.Try straggler = open();
    breakIt(0);
    assertThat(endpoint.failed(straggler, 30 * MS, LATER)).isNull();
    assertThat(Objects.requireNonNull(endpoint.state().outage()).tries()).isEqualTo(4);
    assertThat(endpoint.isProbeDue(40 * MS)).isTrue();
    probe(40 * MS);
    assertThat(endpoint.failed(straggler, 50 * MS, LATER)).isNull();
    assertThat(endpoint.tryProbe(1_000 * MS)).as("still probing").isNull();
  }

  @Test
  void aTryFromBeforeTheOutageThatSucceedsInTimeClosesTheBreaker() { // P8
    breakIt(0);
    Endpoint.Try probe = probe(40 * MS);
    assertThat(Objects.requireNonNull(endpoint.succeeded()).kind()).isEqualTo(Kind.CLOSED);
    assertThat(endpoint.failed(probe, 60 * MS, LATER)).as("the probe brings old news").isNull();
    assertThat(endpoint.isSound()).isTrue();
  }

  @Test
  void callersWaitForAProbeThatLapsedSinceWhatIsKnownIsOld() { // P8
    breakIt(0);
    endpoint.lapse(40 * MS - 1);
    assertThat(endpoint.refuses()).as("not due yet").isTrue();
    endpoint.lapse(40 * MS);
    assertThat(endpoint.refuses()).isFalse();
    Endpoint.Try probe = probe(10_000 * MS);
    assertThat(endpoint.refuses()).isFalse();
    endpoint.failed(probe, 10_001 * MS, LATER);
    assertThat(endpoint.refuses()).isTrue();
  }

  @Test
  void aSeriesThatGaveUpMakesTheNextOneWaitThoughTheBreakerIsClosed() { // P7
    Endpoint.Try made = open();
    endpoint.failed(made, 0, FIRST);
    assertThat(endpoint.gaveUp(made, 0)).isEqualTo(10 * MS);
    assertThat(endpoint.hasGivenUp()).isTrue();
    assertThat(endpoint.gaveUp(made, 5 * MS)).as("waits already").isNull();
    assertThat(endpoint.mayBegin(10 * MS - 1)).isFalse();
    assertThat(endpoint.mayBegin(10 * MS)).isTrue();
    endpoint.succeeded();
    assertThat(endpoint.hasGivenUp()).isFalse();
    assertThat(endpoint.mayBegin(0)).isTrue();
  }

  @Test
  void oneFailoverCastsDoubtOnIdleConnectionsOnce() { // P8
    assertThat(endpoint.suspect(0, 500 * MS)).isTrue();
    for (int connection = 1; connection < 10; connection++) {
      assertThat(endpoint.suspect(499 * MS, (500L + 90 * connection) * MS)).isFalse();
    }
  }

  @Test
  void aConnectionThatWasSoundAfterwardsCastsDoubtAgainButNotWithinThePeriod() { // P8
    endpoint.suspect(0, 500 * MS);
    assertThat(endpoint.suspect(520 * MS, 599 * MS)).isFalse();
    assertThat(endpoint.suspect(520 * MS, 600 * MS)).isTrue();
    assertThat(endpoint.suspect(520 * MS, 900 * MS)).isFalse();
  }

  @Test
  void theEndOfAnOutageEndsThePeriod() { // P8
    endpoint.suspect(0, 500 * MS);
    breakIt(510 * MS);
    probe(550 * MS);
    endpoint.succeeded();
    assertThat(endpoint.suspect(499 * MS, 560 * MS)).as("of the same failover").isFalse();
    assertThat(endpoint.suspect(555 * MS, 560 * MS)).as("of the next").isTrue();
  }
}
