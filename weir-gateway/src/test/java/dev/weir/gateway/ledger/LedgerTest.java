package dev.weir.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.Ledger.Entry;
import dev.weir.gateway.ledger.Ledger.Holding;
import dev.weir.gateway.ledger.Reading.Use;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Identity ANN = new Identity("test", "ann");
  private static final Identity BOB = new Identity("test", "bob");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private volatile Reading reading = new Reading(Map.of());
  private final Headroom headroom = new Headroom(() -> reading, 0.1, meters);

  private Ledger ledger(int sessions, int perIdentity, Map<String, Integer> perUpstream) {
    return new Ledger(
        new Limits(sessions, perIdentity, perUpstream), headroom, meters, new Random(7));
  }

  @AfterEach
  void close() {
    headroom.close();
  }

  @Test
  void anIdentityThatHasAllItMayIsRefusedAndOthersAreNot() throws Exception {
    Ledger ledger = ledger(10, 2, Map.of());
    Entry first = ledger.admit(ANN);
    ledger.admit(ANN);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(() -> ledger.admit(ANN))
        .withMessage(
            "refused: 2 sessions of this client are open already (sessions.max-per-identity 2)");
    assertThatNoException().isThrownBy(() -> ledger.admit(BOB));
    first.close();
    first.close();
    ledger.admit(ANN);
    assertThatExceptionOfType(LimitReachedException.class).isThrownBy(() -> ledger.admit(ANN));
    assertThat(refused("identity")).isEqualTo(2);
  }

  @Test
  void anUpstreamThatIsFullIsNamedAndOthersAreNot() throws Exception {
    Ledger ledger = ledger(10, 0, Map.of("small", 1, "large", 0));
    Entry entry = ledger.enter("small", ANN);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(() -> ledger.enter("small", BOB))
        .withMessage("upstream \"small\": refused, 1 sessions use it already (max-sessions 1)");
    ledger.enter("large", BOB);
    ledger.enter("unnamed", BOB);
    entry.close();
    ledger.enter("small", BOB);
    assertThat(ledger.sessions("small")).isEqualTo(1);
  }

  @Test
  void placesOfAnUpstreamAreGivenBackOneByOneAndWhoHasNoneLeftIsForgotten() throws Exception {
    Ledger ledger = ledger(10, 0, Map.of("search", 2));
    Entry first = ledger.enter("search", ANN);
    Entry second = ledger.enter("search", ANN);
    first.close();
    first.close();
    assertThat(ledger.sessions("search")).isEqualTo(1);
    assertThat(ledger.holdings())
        .containsExactly(new Holding(ANN, 0, Map.of("search", 1), Map.of()));
    ledger.enter("search", BOB);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(() -> ledger.enter("search", BOB));
    assertThat(refused("upstream")).isEqualTo(1);
    second.close();
    assertThat(ledger.holdings()).extracting(Holding::identity).containsExactly(BOB);
  }

  @Test
  void whoeverIsRefusedComesBackInFiveToTenSecondsAndNotAllAtOnce() throws Exception {
    Ledger ledger = ledger(0, 0, Map.of());
    List<Long> seconds = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      try {
        ledger.admit(ANN);
      } catch (LimitReachedException e) {
        seconds.add(e.retryAfter().toSeconds());
      }
    }
    assertThat(seconds).hasSize(50).allMatch(after -> after >= 5 && after <= 10);
    assertThat(seconds.stream().distinct().count()).isGreaterThan(3);
  }

  @Test
  void whenTheMachineIsNearItsEndNothingNewIsAdmittedAndTheResourceIsNamed() throws Exception {
    Ledger ledger = ledger(10, 0, Map.of());
    assertThat(ledger.isTight() || ledger.isFull()).isFalse();
    reading = new Reading(Map.of(Resource.PROCESSES, new Use(950, 1000)));
    headroom.look();
    assertThat(ledger.isTight() && ledger.isFull()).isTrue();
    assertThat(ledger.reading()).isEqualTo(reading);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(() -> ledger.claim(Claim.process(0)))
        .withMessageStartingWith("refused: 950 of 1,000 processes and threads are in use (95 %)");
    assertThatExceptionOfType(LimitReachedException.class).isThrownBy(() -> ledger.admit(ANN));
    assertThat(ledger.sessions()).isZero();
    assertThat(ledger.holdings()).isEmpty();
    assertThat(refused("machine")).isEqualTo(2);
  }

  @Test
  void theLedgerSaysWhoHasWhatAndForgetsWhoHasNothing() throws Exception {
    Ledger ledger = ledger(10, 0, Map.of());
    Entry bobs = ledger.admit(BOB);
    ledger.admit(ANN);
    ledger.admit(ANN);
    ledger.enter("search", ANN);
    ledger.enter("search", ANN);
    ledger.enter("files", ANN);
    assertThat(ledger.holdings())
        .containsExactly(
            new Holding(ANN, 2, Map.of("search", 2, "files", 1), Map.of()),
            new Holding(BOB, 1, Map.of(), Map.of()));
    bobs.close();
    assertThat(ledger.holdings()).extracting(Holding::identity).containsExactly(ANN);
  }

  @Test
  void underARushNeverMoreAreAdmittedThanMayBe() throws Exception {
    Ledger ledger = ledger(5, 3, Map.of());
    List<Callable<Boolean>> rush = new ArrayList<>();
    for (int n = 0; n < 2000; n++) {
      Identity identity = n % 2 == 0 ? ANN : BOB;
      rush.add(
          () -> {
            try (Entry _ = ledger.admit(identity)) {
              assertThat(ledger.sessions()).isBetween(1, 5);
              return true;
            } catch (LimitReachedException e) {
              return false;
            }
          });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(rush)) {
        done.get();
      }
    }
    assertThat(ledger.sessions()).isZero();
    assertThat(ledger.holdings()).isEmpty();
  }

  private double refused(String limit) {
    return meters.get("weir.refused").tag("limit", limit).counter().count();
  }
}
