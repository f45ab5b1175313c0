package dev.weir.pool.internal.maintenance;

import dev.weir.pool.Options;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.open.Freshness;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks connections whether they still work, on the workers and with a time limit. A caller that
 * finds only connections that have to be asked stands in the line like any other: a check that
 * hangs delays nobody whom another connection can serve.
 */
public final class Validation<C> {
  private final Parts<C> parts;
  private final Dispatch<C> dispatch;
  private final Retirement<C> retirement;
  private final AtomicInteger inBackground = new AtomicInteger();
  private final Freshness freshness;
  private final long keepAlive;

  public Validation(
      Parts<C> parts, Dispatch<C> dispatch, Retirement<C> retirement, Freshness freshness) {
    this.parts = parts;
    this.dispatch = dispatch;
    this.retirement = retirement;
    this.freshness = freshness;
    keepAlive = Deadline.nanos(parts.options().keepAliveInterval());
  }

  /** See {@link Freshness}. */
  public Freshness freshness() {
    return freshness;
  }

  /** Whether the connection has to be checked before it may be leased, or is too old. */
  public boolean isDueBeforeUse(Slot<C> slot, long now) {
    return slot.isDoubted() || !slot.isReadyAt(now);
  }

  /**
   * Whether the connection has been idle for so long, or is in doubt, that it is checked without
   * being asked for.
   */
  public boolean isDueWhileIdle(Slot<C> slot, long now) {
    return freshness.hasCheck()
        && (slot.isDoubted() || (keepAlive > 0 && now - slot.lastSound() >= keepAlive));
  }

  /** Whether the connection is known to be of no use, without asking the other side. */
  boolean isUnusable(Slot<C> slot) {
    try {
      return freshness.tellsUsable() && !parts.factory().isUsable(slot.connection());
    } catch (Throwable e) {
      return true;
    }
  }

  /** Whether {@link #isUnusable} can say yes. */
  boolean tellsUsable() {
    return freshness.tellsUsable();
  }

  /** Checks a free slot for somebody who waits, if it is still free. Never blocks. */
  public void tryCheck(Slot<C> slot, long now) {
    parts.table().checkStarted(); // first: a slot that nobody can have must count as coming
    if (slot.startCheck() && !retireUnfit(slot, now)) {
      new Check(slot, slot.generation(), false).start();
    } else {
      parts.table().checkEnded();
    }
  }

  /**
   * Why the connection must not be leased any more, as far as one can tell without asking the other
   * side.
   */
  public @Nullable Reason unfit(Slot<C> slot, long now) {
    if (slot.isOld(now)) {
      return Reason.LIFETIME;
    }
    return isUnusable(slot) ? Reason.UNUSABLE : null;
  }

  /**
   * A slot that the caller is about to check: true if there is no point, and it was closed instead.
   */
  private boolean retireUnfit(Slot<C> slot, long now) {
    Reason reason = unfit(slot, now);
    if (reason != null && slot.failCheck(slot.generation())) {
      retirement.retire(slot, reason, null);
    }
    return reason != null;
  }

  /**
   * Checks connections that were idle for long, a few at a time; the end of one starts the next.
   * Nobody who comes meanwhile counts on such a check: for them, it is as if the connection were
   * leased.
   */
  public void checkIdle() {
    long now = parts.clock().nanos();
    for (Slot<C> slot : parts.table().slots()) {
      if (slot.isFree() && isDueWhileIdle(slot, now)) {
        if (inBackground.incrementAndGet() > parts.options().openParallelism()) {
          inBackground.decrementAndGet();
          return;
        }
        if (slot.startCheck() && !retireUnfit(slot, now)) {
          new Check(slot, slot.generation(), true).start();
        } else {
          inBackground.decrementAndGet();
        }
      }
    }
  }

  private void passed(Slot<C> slot, int generation) {
    long now = parts.clock().nanos();
    slot.sound(now, freshness.readyUntil(slot.retiresAt(), now));
    // The slot may have been told to retire meanwhile.
    if (slot.endCheck(generation)) {
      dispatch.handOn(slot);
    } else if (slot.failCheck(generation)) {
      retirement.retire(slot);
    }
  }

  private void failed(Slot<C> slot, int generation, @Nullable Throwable cause) {
    parts.counters().checkFailed();
    int unused = slot.failed();
    long id = slot.id();
    long soundAt = slot.lastSound();
    if (slot.failCheck(generation)) {
      retirement.retire(slot, Reason.CHECK_FAILED, cause);
    }
    parts.events().validationFailed(id, cause);
    dispatch.suspect(soundAt);
  }

  /**
   * One check: RUNNING → SETTLED by one compare-and-set between its end and its time limit; the
   * winner decides about the slot.
   */
  private final class Check {
    private final Slot<C> slot;
    private final int generation;
    private final boolean background;
    private final C connection;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile @Nullable Future<?> task;
    private volatile boolean late;

    Check(Slot<C> slot, int generation, boolean background) {
      this.background = background;
      this.slot = slot;
      this.generation = generation;
      connection = slot.connection();
    }

    void start() {
      long deadline = Deadline.after(parts.clock().nanos(), parts.options().checkTimeout());
      Alarm.Call limit = parts.alarm().at(deadline, this::tookTooLong);
      try {
        task = parts.workers().submit(() -> run(limit));
      } catch (Throwable noThread) {
        settle(false, noThread);
      }
      interruptIfLate();
    }

    private void run(Alarm.Call limit) {
      boolean sound = false;
      Throwable cause = null;
      try {
        sound = parts.factory().check(connection, parts.options().checkTimeout());
      } catch (Throwable e) {
        cause = e;
      }
      limit.cancel();
      settle(sound, cause);
    }

    private void tookTooLong() {
      if (settled.compareAndSet(false, true)) {
        late = true;
        interruptIfLate();
        String limit = Options.text(parts.options().checkTimeout());
        parts.workers().submit(() -> end(false, new TimeoutException("no answer after " + limit)));
      }
    }

    private void interruptIfLate() {
      Future<?> running = task;
      if (late && running != null) {
        running.cancel(true);
      }
    }

    private void settle(boolean sound, @Nullable Throwable cause) {
      if (settled.compareAndSet(false, true)) {
        end(sound, cause);
      }
    }

    private void end(boolean sound, @Nullable Throwable cause) {
      if (sound) {
        passed(slot, generation);
      } else {
        failed(slot, generation, cause);
      }
      if (background) {
        inBackground.decrementAndGet();
        checkIdle();
      } else {
        parts.table().checkEnded();
      }
      dispatch.supply();
    }
  }
}
