package dev.weir.pool.internal;

import dev.weir.pool.Lease;
import dev.weir.pool.internal.Arrivals.Request;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.strategy.Affinity;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.AsyncWaiter;
import dev.weir.pool.internal.wait.BlockingWaiter;
import dev.weir.pool.internal.wait.Faithful.Wish;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way of a caller with a key: to the connection that the key used last if it is ready, or comes
 * back within {@code affinityWait}; otherwise the way of everybody. A key never makes a call fail.
 */
final class KeyArrivals<C> {
  private final Parts<C> parts;
  private final Traffic<C> traffic;
  private final PoolMode mode;
  private final Stock<C> stock;
  private final Wishes<C> wishes;
  private final Arrivals<C> arrivals;
  private final Affinity<C> affinity;
  private final Clock clock;
  private final Duration patience;

  KeyArrivals(Parts<C> parts, Mechanisms<C> mechanisms, Arrivals<C> arrivals) {
    this.parts = parts;
    traffic = mechanisms.traffic();
    mode = mechanisms.mode();
    stock = mechanisms.stock();
    wishes = mechanisms.wishes();
    this.arrivals = arrivals;
    affinity = mechanisms.affinity();
    clock = parts.clock();
    patience = parts.options().affinityWait();
  }

  /** The slot of the key's connection, lent to the caller, if it is ready. */
  @Nullable Slot<C> take(Object key, long now) {
    Slot<C> slot = affinity.take(key, now);
    return slot != null && stock.isSound(slot, now) ? slot : null;
  }

  /** Notes which connection the key uses; for the holder of the slot. */
  void remember(Object key, Slot<C> slot) {
    affinity.remember(key, slot, clock.coarseNanos());
  }

  /** Waits for the key's connection; null when it does not come back soon enough. */
  @Nullable Slot<C> await(Object key, Duration timeout) throws InterruptedException {
    Slot<C> slot = worthWaitingFor(key);
    if (slot == null) {
      return null;
    }
    long start = clock.nanos();
    BlockingWaiter<C> waiter = new BlockingWaiter<>(start);
    Wish<C> wish = new Wish<>(slot, waiter, () -> LockSupport.unpark(waiter.caller()));
    traffic.wish(wish);
    long deadline = Deadline.after(start, shorter(timeout, patience));
    while (waiter.isWaiting()
        && mayComeBack(key, slot)
        && !Deadline.passed(deadline, clock.nanos())
        && !Thread.currentThread().isInterrupted()) {
      clock.park(waiter, deadline);
    }
    if (wishes.leave(wish)) {
      if (Thread.interrupted()) {
        parts.counters().acquireFailed();
        throw new InterruptedException();
      }
      return null;
    }
    arrivals.told(slot, start);
    return slot;
  }

  /** The same without a thread that waits; afterwards the way of everybody. */
  CompletionStage<Lease<C>> enlist(Object key, Duration timeout) {
    Request request = arrivals.request(timeout);
    Slot<C> slot = worthWaitingFor(key);
    if (slot == null) {
      return arrivals.enlist(request, served -> remember(key, served));
    }
    CompletableFuture<Lease<C>> future = new CompletableFuture<>();
    AsyncWaiter<C> waiter = arrivals.waiter(request, future, own -> remember(key, own));
    AtomicReference<@Nullable Wish<C>> self = new AtomicReference<>();
    Runnable giveUp =
        () -> {
          Wish<C> wish = self.get();
          if (wish != null && wishes.leave(wish)) {
            parts.workers().enqueue(() -> goOn(key, future, request));
          }
        };
    Runnable look =
        () -> {
          if (!mayComeBack(key, slot)) {
            giveUp.run();
          }
        };
    Wish<C> wish = new Wish<>(slot, waiter, look);
    self.set(wish);
    traffic.wish(wish);
    var limit =
        parts.alarm().at(Deadline.after(request.start(), shorter(timeout, patience)), giveUp);
    future.whenComplete(
        (lease, failure) -> {
          limit.cancel();
          if (wishes.leave(wish)) {
            parts.counters().acquireFailed(); // cancelled
          }
        });
    return future;
  }

  private boolean mayComeBack(Object key, Slot<C> slot) {
    return affinity.slotOf(key) == slot && mode.isOpen();
  }

  private void goOn(Object key, CompletableFuture<Lease<C>> future, Request request) {
    CompletableFuture<Lease<C>> next =
        arrivals.enlist(request, served -> remember(key, served)).toCompletableFuture();
    next.whenComplete(
        (lease, failure) -> {
          if (failure != null) {
            future.completeExceptionally(failure);
          } else if (!future.complete(lease)) {
            lease.close();
          }
        });
    future.whenComplete((lease, failure) -> next.cancel(false));
  }

  /** Whether {@link #await} would wait. */
  boolean isWorthWaitingFor(Object key) {
    return worthWaitingFor(key) != null;
  }

  private @Nullable Slot<C> worthWaitingFor(Object key) {
    Slot<C> slot = patience.isZero() ? null : affinity.slotOf(key);
    // A free one that could not be taken has to be checked first: that is for everybody's way.
    boolean comesBack = slot != null && !slot.isFree() && mode.isOpen();
    return comesBack && traffic.pending() < parts.options().maxWaiters() ? slot : null;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
