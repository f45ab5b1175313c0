package dev.weir.metrics;

import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes numbers that have to add up at one moment, and shows them to everybody who asks within the
 * next {@link #SHOWN}: a scrape reads dozens of meters, one by one, and knows nothing of where it
 * begins. Read one by one from a pool at work, a connection that changes hands would count as idle
 * and as leased, or as neither.
 *
 * @param <T> what is taken
 */
final class Snapshots<T> implements Supplier<@Nullable T> {
  /** Longer than a scrape takes, shorter than the pause between two. */
  static final Duration SHOWN = Duration.ofMillis(100);

  private final Supplier<@Nullable T> source;
  private final LongSupplier nanoTime;
  private final Lock oneLooks = new ReentrantLock();
  private volatile @Nullable Seen<T> last;

  private record Seen<T>(@Nullable T what, long at) {
    boolean isOutdated(long now) {
      return now - at >= SHOWN.toNanos();
    }
  }

  /**
   * @param source null when what it takes them from is gone
   */
  Snapshots(Supplier<@Nullable T> source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  @Override
  public @Nullable T get() {
    Seen<T> seen = last;
    if (seen == null || seen.isOutdated(nanoTime.getAsLong())) {
      seen = look();
    }
    return seen.what();
  }

  private Seen<T> look() {
    oneLooks.lock();
    try {
      long now = nanoTime.getAsLong();
      Seen<T> seen = last;
      if (seen == null || seen.isOutdated(now)) {
        seen = new Seen<>(source.get(), now);
        last = seen;
      }
      return seen;
    } finally {
      oneLooks.unlock();
    }
  }
}
