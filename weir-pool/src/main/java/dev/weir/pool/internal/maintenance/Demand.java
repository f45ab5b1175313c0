package dev.weir.pool.internal.maintenance;

import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Watches the demand of an adaptive pool and sets how many connections it keeps: looks at the slots
 * {@link #SAMPLES} times between two passes, so that callers pay nothing. Runs on the alarm; only
 * the look at the end of a window, which may open connections, is left to the pass.
 */
final class Demand<C> {
  private static final int SAMPLES = 50;
  private static final long SHORTEST = 1_000_000;

  private final Parts<C> parts;
  private final Dispatch<C> dispatch;
  private final SlotTable<C> table;
  private final AdaptiveSize size;
  private final long interval;
  private volatile Alarm.@Nullable Call next;
  private volatile boolean stopped;

  Demand(Parts<C> parts, Dispatch<C> dispatch) {
    this.parts = parts;
    this.dispatch = dispatch;
    table = parts.table();
    size = new AdaptiveSize(table.min());
    long pass = Deadline.nanos(parts.options().evictionInterval());
    interval = Math.max(SHORTEST, pass / SAMPLES);
  }

  void start() {
    Alarm.Call call = parts.alarm().at(parts.clock().nanos() + interval, this::sampleAndGoOn);
    next = call;
    if (stopped) {
      call.cancel();
    }
  }

  void stop() {
    stopped = true;
    Alarm.Call call = next;
    if (call != null) {
      call.cancel();
    }
  }

  private void sampleAndGoOn() {
    sample();
    start();
  }

  private synchronized void sample() {
    int waiting = (dispatch.waiting() + table.leasesEach() - 1) / table.leasesEach();
    size.sample(Math.min(table.max(), table.count(Phase.LEASED) + waiting));
    table.keep(size.target());
  }

  /** A pass begins: the window ends. */
  synchronized void windowEnds() {
    size.windowEnds(table.min(), table.max());
    table.keep(size.target());
  }
}
