package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CensusTest {
  private static final Census NOTHING = new Census(0, 0, 0, 0, 0, 2, 4, 60, 1e8);

  @Test
  void whatWasOpenBeforeIsNotLeft() {
    assertThat(NOTHING.leftSince(NOTHING)).isEmpty();
    assertThat(NOTHING.isBackTo(NOTHING)).isTrue();
  }

  @Test
  void everySessionProcessSocketAndPipeBeyondThatIs() {
    Census end = new Census(1, 2, 3, 4, 5, 8, 11, 90, 2e8);

    assertThat(end.isBackTo(NOTHING)).isFalse();
    assertThat(end.leftSince(NOTHING))
        .containsEntry("client sessions", 1.0)
        .containsEntry("upstream sessions", 2.0)
        .containsEntry("processes kept ready", 3.0)
        .containsEntry("sessions of the HTTP server", 4.0)
        .containsEntry("processes", 5.0)
        .containsEntry("sockets", 6.0)
        .containsEntry("pipes", 7.0)
        .hasSize(7);
  }

  @Test
  void sessionsAndProcessesAreLeftEvenIfTheyWereThereBefore() {
    Census busy = new Census(1, 0, 0, 0, 1, 2, 4, 60, 1e8);

    assertThat(busy.leftSince(busy)).containsOnlyKeys("client sessions", "processes");
  }

  @Test
  void theMostIsTakenOfEachByItself() {
    Census peak = NOTHING.max(new Census(7, 0, 0, 0, 0, 1, 9, 50, 1e7));

    assertThat(peak.counts())
        .containsEntry("client sessions", 7.0)
        .containsEntry("sockets", 2.0)
        .containsEntry("pipes", 9.0)
        .containsEntry("descriptors", 60.0);
  }
}
