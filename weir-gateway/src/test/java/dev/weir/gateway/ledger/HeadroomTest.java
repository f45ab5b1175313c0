package dev.weir.gateway.ledger;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.Reading.Use;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadroomTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private volatile Reading reading = new Reading(Map.of());
  private Headroom headroom = new Headroom(() -> reading, 0.1, meters);

  /** From the first call on nobody else looks at the machine, however slow a test is. */
  private void machine(Resource resource, long used, long limit) {
    headroom.close();
    reading = new Reading(Map.of(resource, new Use(used, limit)));
    headroom.look();
    headroom.look();
  }

  @AfterEach
  void close() {
    headroom.close();
  }

  @Test
  void whatNothingIsKnownOfIsNotRefused() {
    assertThat(headroom.claim(Claim.process(1L << 40))).isNull();
    assertThat(headroom.isFull()).isFalse();
    assertThat(headroom.isTight()).isFalse();
    assertThat(headroom.connections(10)).isEqualTo(10);
  }

  @Test
  void whatWouldNeedTheTenthThatIsKeptFreeIsRefusedWithTheNumbers() {
    machine(Resource.DESCRIPTORS, 58_981, 65_536);
    assertThat(headroom.claim(Claim.SESSION))
        .isEqualTo(
            "58,981 of 65,536 file descriptors are in use (90 %); limits.headroom keeps 10 % free");
    machine(Resource.DESCRIPTORS, 58_980, 65_536);
    assertThat(headroom.claim(Claim.SESSION)).isNull();
  }

  @Test
  void whatWasGrantedSinceTheLastLookCountsAsInUse() {
    machine(Resource.DESCRIPTORS, 84, 100);
    assertThat(headroom.claim(Claim.SESSION)).isNull();
    assertThat(headroom.claim(Claim.SESSION)).isNull();
    assertThat(headroom.claim(Claim.SESSION)).isNull();
    assertThat(headroom.claim(Claim.SESSION)).contains("90 of 100");
    headroom.look();
    assertThat(headroom.claim(Claim.SESSION)).as("it may not be in use yet").isNotNull();
    headroom.look();
    assertThat(headroom.claim(Claim.SESSION)).as("now the machine tells of it").isNull();
  }

  @Test
  void aProcessTakesPipesThreadsAndMemory() {
    machine(Resource.DESCRIPTORS, 85, 100);
    assertThat(headroom.claim(Claim.process(0))).as("six more").isNotNull();
    machine(Resource.DESCRIPTORS, 84, 100);
    assertThat(headroom.claim(Claim.process(0))).isNull();
    machine(Resource.PROCESSES, 75, 100);
    assertThat(headroom.claim(Claim.process(0))).as("sixteen more").isNotNull();
    machine(Resource.PROCESSES, 58, 100);
    assertThat(headroom.claim(Claim.process(0))).isNull();
    assertThat(headroom.claim(Claim.process(0))).isNull();
    assertThat(headroom.claim(Claim.process(0))).as("two were granted").contains("90 of 100");
    machine(Resource.MEMORY, 600, 1000);
    assertThat(headroom.claim(Claim.process(200))).isNull();
    assertThat(headroom.claim(Claim.process(101))).isNotNull();
    assertThat(headroom.claim(Claim.process(100))).isNull();
  }

  @Test
  void aFullHeapRefusesWhateverIsNewAlthoughNothingClaimsAnyOfIt() {
    machine(Resource.HEAP, 90 << 20, 100 << 20);
    assertThat(headroom.claim(Claim.SESSION)).isNull();
    machine(Resource.HEAP, 91 << 20, 100 << 20);
    assertThat(headroom.claim(Claim.SESSION)).startsWith("91 of 100 MiB of heap are in use");
  }

  @Test
  void underARushNoMoreIsGrantedThanThereIs() throws Exception {
    machine(Resource.PROCESSES, 0, 100_000);
    List<Callable<Boolean>> rush = new ArrayList<>();
    for (int n = 0; n < 10_000; n++) {
      rush.add(() -> headroom.claim(Claim.process(0)) == null);
    }
    int granted = 0;
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var claim : threads.invokeAll(rush)) {
        granted += claim.get() ? 1 : 0;
      }
    }
    assertThat(granted).isEqualTo(90_000 / 16);
  }

  @Test
  void theMachineIsLookedAtAgainAndAgain() {
    reading = new Reading(Map.of(Resource.PROCESSES, new Use(91, 100)));
    await().until(headroom::isFull);
    reading = new Reading(Map.of(Resource.PROCESSES, new Use(5, 100)));
    await().until(() -> !headroom.isFull());
  }

  @Test
  void whenItIsClosedNobodyLooksAtTheMachineAnyMore() {
    Thread here = Thread.currentThread();
    var looks = new AtomicReference<>(here);
    Supplier<Reading> watched =
        () -> {
          looks.set(Thread.currentThread());
          return reading;
        };
    try (var other = new Headroom(watched, 0.1, new SimpleMeterRegistry())) {
      await().until(() -> looks.get() != here);
      assertThat(other.isFull()).isFalse();
    }
    await().until(() -> !looks.get().isAlive());
  }

  @Test
  void nothingIsStartedAheadWhenTwiceTheHeadroomIsGone() {
    machine(Resource.PROCESSES, 80, 100);
    assertThat(headroom.isTight()).isFalse();
    machine(Resource.PROCESSES, 81, 100);
    assertThat(headroom.isTight()).isTrue();
    assertThat(headroom.isFull()).isFalse();
    machine(Resource.PROCESSES, 91, 100);
    assertThat(headroom.isFull()).isTrue();
  }

  @Test
  void ofMemoryNoMoreThanAGibibyteIsKeptFree() {
    long gib = 1L << 30;
    machine(Resource.MEMORY, 100 * gib, 102 * gib);
    assertThat(headroom.claim(Claim.process(gib / 2))).isNull();
    assertThat(headroom.claim(Claim.process(gib)))
        .isEqualTo(
            "102,912 of 104,448 MiB of memory are in use (99 %); limits.headroom keeps 10 % free");
    machine(Resource.MEMORY, 950 << 20, gib);
    assertThat(headroom.isFull()).as("of a small machine a tenth is").isTrue();
  }

  @Test
  void ofWhatIsNoMemoryATenthIsKeptFreeHoweverMuchThereIs() {
    machine(Resource.HEAP, 91L << 30, 100L << 30);
    assertThat(headroom.isFull()).isTrue();
  }

  @Test
  void connectionsStopBeforeDescriptorsDoAndLaterThanSessions() {
    headroom.watch(() -> 30);
    machine(Resource.DESCRIPTORS, 92, 100);
    assertThat(headroom.isFull()).isTrue();
    assertThat(headroom.connections(10_000)).as("three more").isEqualTo(33);
    machine(Resource.DESCRIPTORS, 99, 100);
    assertThat(headroom.connections(10_000)).as("fewer than there are").isEqualTo(26);
    assertThat(headroom.connections(5)).isEqualTo(5);
  }

  @Test
  void withoutHeadroomNobodyIsRefused() {
    headroom.close();
    headroom = new Headroom(() -> reading, 0, new SimpleMeterRegistry());
    machine(Resource.DESCRIPTORS, 100, 100);
    assertThat(headroom.claim(Claim.SESSION)).isNull();
    assertThat(headroom.connections(7)).isEqualTo(7);
  }

  @Test
  void theMetersShowTheMachine() {
    machine(Resource.DESCRIPTORS, 12, 100);
    assertThat(gauge("weir.machine.used", "descriptors")).isEqualTo(12);
    assertThat(gauge("weir.machine.limit", "descriptors")).isEqualTo(100);
    assertThat(gauge("weir.machine.used", "heap")).isNaN();
  }

  private double gauge(String name, String resource) {
    return meters.get(name).tag("resource", resource).gauge().value();
  }
}
