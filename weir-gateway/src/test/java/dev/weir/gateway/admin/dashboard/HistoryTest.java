package dev.weir.gateway.admin.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.admin.dashboard.UpstreamControls.Connections;
import dev.weir.gateway.admin.dashboard.UpstreamHistory.Point;
import dev.weir.gateway.upstream.CallCounts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** O3: what is kept of the last hour. */
class HistoryTest {
  private static final long STEP = UpstreamHistory.STEP.toMillis();
  private static final List<Duration> BOUNDS =
      List.of(Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofSeconds(1));
  private static final Connections USED = new Connections(3, 2, 0, 1, 10);

  private final UpstreamHistory history = new UpstreamHistory();

  private static CallCounts counts(long fast, long slow, long failed) {
    return new CallCounts(fast + slow, failed, BOUNDS, List.of(fast, fast + slow, fast + slow));
  }

  @Test
  void aPointSaysWhatHasEndedSinceTheOneBefore() {
    history.add(STEP, USED, 4, counts(1_000, 0, 7));
    history.add(2 * STEP, USED, 5, counts(1_050, 50, 12));
    Point point = history.after(0).get(1);
    assertThat(point.lately().rate()).isEqualTo(20);
    assertThat(point.lately().failed()).isEqualTo(1);
    assertThat(point.lately().p50()).isEqualTo(10);
    assertThat(point.lately().p99()).isBetween(90.0, 100.0);
    assertThat(point.inUse()).isEqualTo(3);
    assertThat(point.waiting()).isEqualTo(1);
    assertThat(point.sessions()).isEqualTo(5);
  }

  @Test
  void whatEndedBeforeTheFirstPointIsInNone() {
    history.add(STEP, USED, 0, counts(1_000, 0, 0));
    assertThat(history.after(0).getFirst().lately().rate()).isZero();
    assertThat(history.lastMinute().p99()).isNaN();
  }

  @Test
  void anHourIsKeptAndNoMore() {
    for (int i = 1; i <= 1_000; i++) {
      history.add(i * STEP, USED, i, counts(i, 0, 0));
    }
    List<Point> kept = history.after(0);
    assertThat(kept).hasSize(720);
    assertThat(kept.getFirst().at()).isEqualTo(281 * STEP);
    assertThat(kept.getLast().at()).isEqualTo(1_000 * STEP);
    assertThat(history.after(998 * STEP)).extracting(Point::sessions).containsExactly(999, 1_000);
  }

  @Test
  void theLastMinuteForgetsWhatWasBeforeIt() {
    history.add(0, USED, 0, counts(0, 0, 0));
    history.add(STEP, USED, 0, counts(600, 0, 0));
    assertThat(history.lastMinute().rate()).isEqualTo(120);
    for (int i = 2; i <= 14; i++) {
      history.add(i * STEP, USED, 0, counts(600, 0, 0));
    }
    assertThat(history.lastMinute().rate()).isZero();
  }

  @Test
  void countersThatBeganAnewCountFromThere() {
    history.add(0, USED, 0, counts(600, 0, 0));
    history.add(STEP, USED, 0, counts(50, 0, 0));
    assertThat(history.lastMinute().rate()).isEqualTo(10);
  }

  @Test
  void everyCallIsInOneStepAndNoneInTwo() {
    long total = 0;
    for (int i = 0; i < 100; i++) {
      total += 7L * i;
      history.add(i * STEP, USED, 0, counts(total, 0, 0));
    }
    double sum = history.after(0).stream().mapToDouble(point -> point.lately().rate() * 5).sum();
    assertThat(sum).isEqualTo(total);
  }
}
