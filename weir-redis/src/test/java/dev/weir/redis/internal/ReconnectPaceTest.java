package dev.weir.redis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Background;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rhythm in which a server that is gone is tried again. */
@Timeout(60)
class ReconnectPaceTest {
  private final ReconnectPace pace =
      new ReconnectPace(Duration.ofMillis(50), Duration.ofSeconds(2));

  private long millis(int failures) {
    return Duration.ofNanos(pace.pause(failures)).toMillis();
  }

  @Test
  void eachPauseIsLongerByOneStepUpToTheLongest() {
    assertThat(millis(1)).isEqualTo(50);
    assertThat(millis(2)).isEqualTo(100);
    assertThat(millis(3)).isEqualTo(150);
    assertThat(millis(39)).isEqualTo(1950);
    assertThat(millis(40)).isEqualTo(2000);
    assertThat(millis(41)).isEqualTo(2000);
    assertThat(millis(Integer.MAX_VALUE)).isEqualTo(2000);
  }

  @Test
  void triesThatFailTogetherCountOnce() throws Exception {
    int first = pace.await();
    int second = pace.await();
    pace.failed(first);
    pace.failed(second);
    long begun = System.nanoTime();
    assertThat(pace.await()).isEqualTo(1);
    assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(30).toNanos());
  }

  @Test
  void aFailureThatBeganBeforeTheLastSuccessCountsForNothing() throws Exception {
    pace.failed(pace.await());
    int old = pace.await();
    pace.succeeded();
    pace.failed(old);
    assertThat(pace.await()).isZero();
  }

  @Test
  void aSuccessLetsEverybodyGoOn() throws Exception {
    ReconnectPace slow = new ReconnectPace(Duration.ofHours(1), Duration.ofHours(1));
    slow.failed(slow.await());
    Background<Integer> waiting = Background.start(slow::await);
    slow.succeeded();
    assertThat(waiting.result()).isZero();
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    ReconnectPace slow = new ReconnectPace(Duration.ofHours(1), Duration.ofHours(1));
    slow.failed(slow.await());
    Background<Integer> waiting = Background.start(slow::await);
    waiting.thread().interrupt();
    assertThat(waiting.failure(InterruptedException.class)).isNotNull();
  }
}
