package dev.weir.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.Reading.Use;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadroomTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private volatile Reading reading = new Reading(Map.of());
  private Headroom headroom = new Headroom(() -> reading, 0.1, meters);

  private void machine(Resource resource, long used, long limit) {
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
