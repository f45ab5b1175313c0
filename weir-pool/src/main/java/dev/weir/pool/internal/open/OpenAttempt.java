package dev.weir.pool.internal.open;

import dev.weir.pool.Options;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One try to open one connection for one reserved slot. The essay is in {@link Opener}. */
final class OpenAttempt<C> {
  /** The part of {@code openTimeout} after which waiters no longer count on this try. */
  private static final int PATIENCE = 4;

  private final Opener<C> opener;
  private final Parts<C> parts;
  private final Slot<C> slot;
  private final int generation;
  private final int epoch;
  private final Endpoint.Try permission;
  private final int number;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile boolean abandoned;
  private volatile @Nullable Future<?> task;
  private final AtomicReference<Pace> pace = new AtomicReference<>(Pace.GOOD);
  private volatile Alarm.@Nullable Call patience;
  private volatile Alarm.@Nullable Call limit;

  /** GOOD → SLOW → OVER or GOOD → OVER; whoever leaves SLOW takes it off the table's count. */
  private enum Pace {
    GOOD,
    SLOW,
    OVER
  }

  OpenAttempt(Opener<C> opener, Parts<C> parts, Slot<C> slot, Endpoint.Try permission, int number) {
    this.opener = opener;
    this.parts = parts;
    this.slot = slot;
    this.permission = permission;
    this.number = number;
    generation = slot.generation();
    epoch = parts.table().epoch();
  }

  Slot<C> slot() {
    return slot;
  }

  int generation() {
    return generation;
  }

  /** The epoch in which it began. */
  int epoch() {
    return epoch;
  }

  /** With which the endpoint is told how it went. */
  Endpoint.Try permission() {
    return permission;
  }

  /** The first try of a series is 1. */
  int number() {
    return number;
  }

  void start() {
    long now = parts.clock().nanos();
    long longest = Deadline.nanos(parts.options().openTimeout());
    patience = parts.alarm().at(now + longest / PATIENCE, this::isSlow);
    limit = parts.alarm().at(now + longest, this::tookTooLong);
    try {
      task = parts.workers().submit(this::run);
    } catch (Throwable noThread) {
      fail(noThread);
    }
    interruptIfAbandoned();
  }

  /**
   * Takes the try out of the race and interrupts its thread. True: the caller decides about the
   * slot.
   */
  boolean abandon() {
    if (!settle()) {
      return false;
    }
    abandoned = true;
    interruptIfAbandoned();
    return true;
  }

  private void run() {
    if (!opener.mayRun()) {
      fail(new TimeoutException("too many earlier tries to open still hang"));
      return;
    }
    long start = parts.clock().nanos();
    C connection;
    try {
      connection = Objects.requireNonNull(parts.factory().open(), "the factory opened null");
    } catch (Throwable e) {
      opener.hasRun();
      fail(e);
      return;
    }
    opener.hasRun();
    if (settle()) {
      opener.arrived(this, connection, parts.clock().nanos() - start);
    } else {
      close(connection);
    }
  }

  private void tookTooLong() {
    if (abandon()) {
      String limit = Options.text(parts.options().openTimeout());
      // The listener hears of it: not on the thread of the alarm.
      parts
          .workers()
          .submit(() -> opener.failed(this, new TimeoutException("not open after " + limit)));
    }
  }

  private void fail(Throwable cause) {
    if (settle()) {
      opener.failed(this, cause);
    }
  }

  private boolean settle() {
    if (!settled.compareAndSet(false, true)) {
      return false;
    }
    cancel(patience);
    cancel(limit);
    return true;
  }

  private static void cancel(Alarm.@Nullable Call call) {
    if (call != null) {
      call.cancel();
    }
  }

  private void isSlow() {
    if (pace.compareAndSet(Pace.GOOD, Pace.SLOW)) {
      opener.isSlow();
    }
  }

  /** Must be called once, when this try no longer counts. True: it was counted as slow. */
  boolean endWasSlow() {
    return pace.getAndSet(Pace.OVER) == Pace.SLOW;
  }

  private void interruptIfAbandoned() {
    Future<?> running = task;
    if (abandoned && running != null) {
      running.cancel(true);
    }
  }

  /** Closes a connection that came too late. */
  private void close(C connection) {
    // The interrupt was for the open; closing in order may need to block.
    boolean ignored = Thread.interrupted();
    try {
      parts.factory().close(connection);
    } catch (Throwable e) {
      // Nobody waits for this connection, and there is nothing more to do about it.
    }
  }
}
