package dev.weir.pool.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TimeTest {
  @Test
  void thePauseDoublesUpToTheLongestAndLosesUpToHalf() {
    Backoff least = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), () -> 0.999_999);
    Backoff most = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), () -> 0);
    assertThat(most.pause(1)).isEqualTo(100_000_000L);
    assertThat(most.pause(4)).isEqualTo(800_000_000L);
    assertThat(most.pause(7)).isEqualTo(5_000_000_000L);
    assertThat(most.pause(1_000)).isEqualTo(5_000_000_000L);
    assertThat(least.pause(4)).isBetween(400_000_000L, 401_000_000L);
  }

  @Test
  void deadlinesWorkAcrossTheOverflowOfTheClock() {
    long now = Long.MAX_VALUE - 5;
    long deadline = Deadline.after(now, Duration.ofNanos(10));
    assertThat(Deadline.passed(deadline, now)).isFalse();
    assertThat(Deadline.passed(deadline, now + 10)).isTrue();
    assertThat(Deadline.passed(Deadline.after(now, Duration.ofSeconds(Long.MAX_VALUE)), now))
        .isFalse();
  }

  @Test
  void theAlarmCallsInOrderOfTimeAndForgetsWhatWasCancelled() {
    ManualClock clock = new ManualClock();
    Alarm alarm = new Alarm(clock, TimeTest::quietThread);
    List<String> calls = new CopyOnWriteArrayList<>();
    alarm.at(clock.nanos() + 30, () -> calls.add("third"));
    alarm.at(clock.nanos() + 10, () -> calls.add("first"));
    Alarm.Call cancelled = alarm.at(clock.nanos() + 15, () -> calls.add("cancelled"));
    alarm.at(
        clock.nanos() + 20,
        () -> {
          calls.add("second");
          throw new IllegalStateException("one call's fault");
        });
    assertThat(cancelled.cancel()).isTrue();
    clock.advance(Duration.ofNanos(30));
    await().until(() -> calls.size() == 3);
    assertThat(calls).containsExactly("first", "second", "third");
  }

  /** A thread whose faults are expected and need not be printed. */
  private static Thread quietThread(Runnable task) {
    Thread thread = new Thread(task);
    thread.setUncaughtExceptionHandler((t, fault) -> {});
    return thread;
  }

  @Test
  void theCoarseClockFollowsTheRealOneAlsoAfterItSlept() {
    for (int round = 0; round < 2; round++) {
      // On a loaded machine the ticker may be late; what matters is that it goes on.
      await()
          .pollInSameThread()
          .until(() -> Math.abs(System.nanoTime() - CoarseClock.nanos()) < 50_000_000);
      await().pollDelay(Duration.ofMillis(300)).until(() -> true);
    }
  }
}
