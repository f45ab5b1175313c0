package dev.weir.bench.behaviour.endpoint;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call to the endpoint, as a {@link Step} sees it. */
public final class Call {
  private static final Duration POLL = Duration.ofMillis(2);
  private final CountDownLatch over;
  private final @Nullable Wire wire;
  private final @Nullable Duration limit;

  Call(CountDownLatch over, @Nullable Wire wire, @Nullable Duration limit) {
    this.over = over;
    this.wire = wire;
    this.limit = limit;
  }

  /** The connection concerned; null while it is being opened. */
  public @Nullable Wire wire() {
    return wire;
  }

  /** Passes time, at most the caller's limit, and ends early when the behaviour is over. */
  public void pause(Duration span) throws Exception {
    if (limit != null && limit.compareTo(span) < 0) {
      silence();
    }
    if (over.await(span.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedIOException("the behaviour is over");
    }
  }

  /** Waits for {@code latch} as a driver that heeds no interrupt. */
  public void awaitDeaf(CountDownLatch latch) throws Exception {
    boolean interrupted = false;
    long deadline = deadline();
    try {
      while (latch.getCount() > 0) {
        if (over.getCount() == 0) {
          throw new InterruptedIOException("the behaviour is over");
        }
        if (deadline - System.nanoTime() <= 0) {
          throw new SocketTimeoutException("no answer within " + limit);
        }
        try {
          latch.await(POLL.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException deaf) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until the caller's limit has passed or the behaviour is over, then throws. */
  void silence() throws Exception {
    awaitDeaf(new CountDownLatch(1));
  }

  private long deadline() {
    Duration span = limit == null || limit.isZero() ? Duration.ofHours(1) : limit;
    return System.nanoTime() + span.toNanos();
  }
}
