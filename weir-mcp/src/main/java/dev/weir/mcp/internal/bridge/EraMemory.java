package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Era;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an upstream's era, since when, and that it is asked once.
 *
 * <p>States: unknown ⇄ known. Unknown, the first who wants to know asks, and all who come meanwhile
 * wait for what is found; if that is nothing, they are all told why, and so is who comes within
 * {@link #PAUSE}, but for an upstream that was not reached at all: its connections know best when
 * to try again. Known, the era is given at once. When it has grown old, the upstream is asked again
 * beside that, by a thread of its own, so that nobody waits: a server that has learnt to speak the
 * modern protocol still speaks the legacy one, and nothing else would ever tell. What contradicts
 * it makes it unknown.
 *
 * <p>Thread-safe. {@code known} is an immutable value, read without a lock; whoever asks holds
 * {@code asking}, and {@code last} is written under it.
 */
final class EraMemory {
  static final Duration OLD = Duration.ofMinutes(10);
  static final Duration PAUSE = Duration.ofSeconds(5);

  private final Probe probe;
  private final LongSupplier nanoTime;
  private final Lock asking = new ReentrantLock();
  private final AtomicBoolean lookingAgain = new AtomicBoolean();
  private volatile @Nullable Known known;
  private volatile Attempt last;

  /** Asks the upstream. */
  interface Probe {
    EraProbe.Finding ask() throws InterruptedException;
  }

  private record Known(Era era, long since) {}

  /** The last time that it was asked; a failure is null when it has answered. */
  private record Attempt(int number, @Nullable UpstreamException failure, long at) {}

  EraMemory(Probe probe, LongSupplier nanoTime) {
    this.probe = probe;
    this.nanoTime = nanoTime;
    this.last = new Attempt(0, null, nanoTime.getAsLong());
  }

  /** The era, asked for where it is not known. */
  Era era() throws UpstreamException, InterruptedException {
    Known now = known;
    if (now == null) {
      return ask();
    }
    boolean due = isPast(now.since(), OLD) && isPast(last.at(), PAUSE);
    if (due && lookingAgain.compareAndSet(false, true)) {
      Thread.ofVirtual().name("era-again").start(this::lookAgain);
    }
    return now.era();
  }

  private boolean isPast(long since, Duration duration) {
    return nanoTime.getAsLong() - since > duration.toNanos();
  }

  private Era ask() throws UpstreamException, InterruptedException {
    int seen = last.number();
    asking.lockInterruptibly();
    try {
      Known now = known;
      if (now != null) {
        return now.era();
      }
      Attempt before = last;
      if (before.failure() != null && (before.number() != seen || isRecent(before))) {
        throw before.failure();
      }
      EraProbe.Finding found = probe.ask();
      learn(found);
      if (found.era() == null) {
        throw Objects.requireNonNull(found.why());
      }
      return found.era();
    } finally {
      asking.unlock();
    }
  }

  private boolean isRecent(Attempt before) {
    return !(before.failure() instanceof UpstreamUnavailableException)
        && !isPast(before.at(), PAUSE);
  }

  private void learn(EraProbe.Finding found) {
    long now = nanoTime.getAsLong();
    last = new Attempt(last.number() + 1, found.why(), now);
    if (found.era() != null) {
      known = new Known(found.era(), now);
    }
  }

  /** What says nothing leaves what is known as it is, and as old. */
  private void lookAgain() {
    try {
      asking.lockInterruptibly();
      try {
        learn(probe.ask());
      } finally {
        asking.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lookingAgain.set(false);
    }
  }

  /** The upstream has done what none of this era does. */
  void contradicted(Era era) {
    Known now = known;
    if (now != null && now.era() == era) {
      known = null;
    }
  }
}
