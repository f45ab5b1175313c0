package dev.weir.pool.internal.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.internal.open.Endpoint.Change;
import dev.weir.pool.internal.open.Endpoint.Kind;
import dev.weir.pool.internal.time.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of an endpoint beside a model that keeps a list of all that happened. Run one
 * again with {@code -Dweir.seed=…}.
 */
class EndpointModelTest {
  private static final int STEPS = 20_000;
  private static final long FIRST_PAUSE = 10;
  private static final long LONGEST_PAUSE = 200;

  @Test
  void theEndpointDoesWhatTheModelSaysInARandomHistory() { // P8
    long seed = Long.getLong("weir.seed", System.nanoTime());
    System.out.println("endpoint model, seed " + seed);
    new History(seed).run();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theEndpointDoesWhatTheModelSaysInTheseHistories(long seed) { // P8
    new History(seed).run();
  }

  /** A try under way; {@code since} is the length of the news when it began. */
  private record Running(Endpoint.Try permission, int since, boolean isProbe) {}

  /** Null: a success. */
  private record News(@Nullable Throwable failure, int since, long at) {}

  private static final class History {
    private final long seed;
    private final Random random;
    private final int threshold;
    private final Endpoint endpoint;
    private final List<Running> running = new ArrayList<>();
    private final List<News> news = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1_000;

    // The model. Everything else is read off the news.
    private boolean isDown;
    private int probesFailed;
    private long due;
    private boolean lapsed;
    private int changes;

    History(long seed) {
      this.seed = seed;
      random = new Random(seed);
      threshold = 1 + random.nextInt(4);
      Backoff backoff =
          new Backoff(Duration.ofNanos(FIRST_PAUSE), Duration.ofNanos(LONGEST_PAUSE), () -> 0);
      endpoint = new Endpoint(threshold, backoff, 50);
    }

    void run() {
      int outages = 0;
      for (int step = 0; step < STEPS; step++) {
        boolean wasDown = isDown;
        act();
        check("seed " + seed + ", step " + step);
        outages += isDown && !wasDown ? 1 : 0;
      }
      assertThat(outages).as("outages in a history").isGreaterThan(20);
    }

    private void act() {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> begin();
        case 3, 4 -> beginProbe();
        case 5, 6, 7 -> end(random.nextInt(5) == 0);
        case 8 -> now += random.nextInt(60);
        default -> {
          endpoint.lapse(now);
          lapsed |= isDown && !isProbing() && now - due >= 0;
        }
      }
    }

    private void begin() {
      Endpoint.Try permission = endpoint.tryOpen();
      assertThat(permission == null).isEqualTo(isDown);
      if (permission != null) {
        running.add(new Running(permission, news.size(), false));
      }
    }

    private void beginProbe() {
      Endpoint.Try permission = endpoint.tryProbe(now);
      assertThat(permission != null).isEqualTo(isDown && !isProbing() && now - due >= 0);
      if (permission != null) {
        running.add(new Running(permission, news.size(), true));
      }
    }

    private void end(boolean success) {
      if (running.isEmpty()) {
        return;
      }
      Running one = running.remove(random.nextInt(running.size()));
      if (success) {
        news.add(new News(null, one.since, now));
        Change change = endpoint.succeeded();
        assertThat(change == null ? null : change.kind()).isEqualTo(isDown ? Kind.CLOSED : null);
        changes += isDown ? 1 : 0;
        isDown = false;
      } else {
        fail(one);
      }
    }

    private void fail(Running one) {
      IOException cause = new IOException();
      boolean counts = one.since >= lastSuccess();
      news.add(new News(cause, one.since, now));
      Change change = endpoint.failed(one.permission, now, cause);
      Kind expected = null;
      if (counts && isDown && one.isProbe) {
        expected = Kind.PROBE_FAILED;
        due = now + pause(threshold + ++probesFailed);
        lapsed = false;
      } else if (!isDown && failures().size() >= threshold) {
        expected = Kind.OPENED;
        isDown = true;
        lapsed = false;
        probesFailed = 0;
        changes++;
        due = now + pause(threshold);
      }
      assertThat(change == null ? null : change.kind()).isEqualTo(expected);
      if (change != null) {
        assertThat(change.nextProbe()).isEqualTo(due);
        assertThat(change.number()).isEqualTo(changes);
      }
    }

    /** The number of news up to the last success, that included. */
    private int lastSuccess() {
      int at = news.size();
      while (at > 0 && news.get(at - 1).failure != null) {
        at--;
      }
      return at;
    }

    /** Failures that count: since the last success, of tries that began after it. */
    private List<News> failures() {
      int from = lastSuccess();
      return news.subList(from, news.size()).stream().filter(n -> n.since >= from).toList();
    }

    private boolean isProbing() {
      int from = lastSuccess();
      return running.stream().anyMatch(one -> one.isProbe && one.since >= from);
    }

    private static long pause(int failures) {
      long pause = FIRST_PAUSE;
      for (int i = 1; i < failures; i++) {
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
      return pause;
    }

    private void check(String when) {
      assertThat(endpoint.isUp()).as(when).isEqualTo(!isDown);
      assertThat(endpoint.refuses()).as(when).isEqualTo(isDown && !lapsed);
      assertThat(endpoint.isProbeDue(now))
          .as(when)
          .isEqualTo(isDown && !isProbing() && now - due >= 0);
      assertThat(endpoint.state().changes()).as(when).isEqualTo(changes);
      List<News> failures = failures();
      Outage expected =
          failures.isEmpty()
              ? null
              : new Outage(cause(failures.get(0)), failures.get(0).at, failures.size());
      assertThat(endpoint.state().outage()).as(when).isEqualTo(expected);
    }

    private static Throwable cause(News failure) {
      assertThat(failure.failure).isNotNull();
      return failure.failure == null ? new AssertionError() : failure.failure;
    }
  }
}
