package dev.weir.pool.internal;

import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolSnapshot.FailedOpen;
import dev.weir.pool.PoolStats;
import dev.weir.pool.internal.open.OpenFailure;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.wait.WaitLine;
import dev.weir.pool.internal.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells what the pool is doing. Looks only: no lock is taken, and nobody is kept waiting. */
final class Snapshots<C> {
  private final Parts<C> parts;
  private final PoolMode mode;
  private final WaitLine<C> line;
  private final Opener<C> opener;
  private final Holders<C> holders;
  private final Census<C> census;
  private final Shortage<C> shortage;

  Snapshots(Parts<C> parts, Mechanisms<C> mechanisms, Holders<C> holders, Census<C> census) {
    this.parts = parts;
    mode = mechanisms.mode();
    line = mechanisms.line();
    opener = mechanisms.opener();
    this.holders = holders;
    this.census = census;
    shortage = new Shortage<>(parts, mechanisms);
  }

  /** Who holds a lease, the oldest first. */
  List<LeaseHolder> holders() {
    return holders.all(false);
  }

  PoolSnapshot take(PoolStats stats, boolean withStacks) {
    long now = parts.clock().nanos();
    return new PoolSnapshot(
        parts.name(),
        parts.clock().instantOf(now),
        mode.now(),
        stats,
        census.connections(),
        holders.all(withStacks),
        waiters(now),
        opener.underWay(now),
        shortage.whyNoMore(now),
        lastFailedOpen(now));
  }

  @SuppressWarnings("deprecation") // threadId() is not there in Java 17
  private List<PoolSnapshot.Waiter> waiters(long now) {
    List<PoolSnapshot.Waiter> all = new ArrayList<>();
    for (Waiter<C> waiter : line.waiters()) {
      Thread caller = waiter.caller();
      Duration waited = span(now - waiter.since());
      all.add(new PoolSnapshot.Waiter(caller.getName(), caller.getId(), waited, !waiter.canLook()));
    }
    return all;
  }

  private @Nullable FailedOpen lastFailedOpen(long now) {
    OpenFailure failure = opener.lastFailure();
    return failure == null ? null : new FailedOpen(span(now - failure.at()), failure.cause());
  }

  private static Duration span(long nanos) {
    return Duration.ofNanos(Math.max(0, nanos));
  }
}
