package dev.weir.pool.internal;

import dev.weir.pool.Lease;
import dev.weir.pool.PoolException;
import dev.weir.pool.internal.maintenance.Origin;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.AsyncWaiter;
import dev.weir.pool.internal.wait.BlockingWaiter;
import dev.weir.pool.internal.wait.WaitLine;
import dev.weir.pool.internal.wait.Waiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a caller for whom no connection was ready: it joins the line, has checks and opens
 * started for those whom nothing is coming for, and until its deadline is served or looks for
 * itself whenever it is told to. The essays are in {@link WaitLine} and {@link Traffic}.
 */
final class Arrivals<C> {
  private final Parts<C> parts;
  private final Traffic<C> traffic;
  private final WaitLine<C> line;
  private final Complaints<C> complaints;
  private final LeaseMaker<C> leases;
  private final Supplier<@Nullable Origin> origins;
  private final Clock clock;

  /** Makes the lease of a slot that is lent to the caller; with its origin, if it is watched. */
  @FunctionalInterface
  interface LeaseMaker<C> {
    Lease<C> make(Slot<C> slot, long now, Thread holder, @Nullable Origin origin);
  }

  /**
   * @param origins tells where the calling thread is in the code; null if nobody wants to know
   */
  Arrivals(
      Parts<C> parts,
      Mechanisms<C> mechanisms,
      LeaseMaker<C> leases,
      Supplier<@Nullable Origin> origins) {
    this.origins = origins;
    this.parts = parts;
    traffic = mechanisms.traffic();
    line = mechanisms.line();
    complaints = mechanisms.complaints();
    this.leases = leases;
    clock = parts.clock();
  }

  /** See {@link dev.weir.pool.Pool#acquire(Duration)}. */
  Lease<C> await(Duration timeout) throws InterruptedException {
    return leases.make(
        awaitSlot(timeout, clock.nanos()),
        clock.coarseNanos(),
        Thread.currentThread(),
        origins.get());
  }

  /** A slot that is lent to the caller, who asked at {@code start}. */
  Slot<C> awaitSlot(Duration timeout, long start) throws InterruptedException {
    BlockingWaiter<C> waiter = new BlockingWaiter<>(start);
    join(waiter);
    Slot<C> slot;
    try {
      slot = lookAndPark(waiter, Deadline.after(start, timeout));
    } catch (Throwable e) {
      abandon(waiter);
      throw e;
    }
    if (slot == null) {
      slot = traffic.leave(waiter) ? fail(timeout) : served(waiter);
    }
    told(slot, start);
    return slot;
  }

  /** A slot that the waiter found; null when it was served or failed, or its time is up. */
  private @Nullable Slot<C> lookAndPark(BlockingWaiter<C> waiter, long deadline) {
    int inVain = 0;
    boolean asked = false;
    while (waiter.isWaiting()) {
      inVain = waiter.answerSignal() ? inVain + 1 : 0;
      Slot<C> slot = traffic.lookFor(waiter);
      if (slot != null) {
        return slot;
      }
      if (asked) {
        traffic.foundTaken();
      } else {
        asked = true;
        traffic.nothingFound();
      }
      if (Deadline.passed(deadline, clock.nanos()) || Thread.currentThread().isInterrupted()) {
        return null;
      }
      if (waiter.isWaiting()) {
        // Once may be by chance, as whoever left passed a signal on. Twice, it is overtaken.
        boolean cools = inVain > 1;
        clock.park(waiter, cools ? earlier(deadline, line.cool(waiter)) : deadline);
      }
    }
    return null;
  }

  private static long earlier(long one, long other) {
    return one - other < 0 ? one : other;
  }

  private Slot<C> fail(Duration timeout) throws InterruptedException {
    parts.counters().acquireFailed();
    // An interrupt that came together with the deadline wins: its flag must not be swallowed
    // unseen.
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    parts.counters().acquireTimedOut();
    throw complaints.timedOut(timeout);
  }

  private Slot<C> served(Waiter<C> waiter) {
    Slot<C> slot;
    try {
      slot = waiter.slot();
    } catch (PoolException e) {
      parts.counters().acquireFailed();
      throw e;
    }
    if (slot == null) {
      throw new IllegalStateException("a waiter that was neither served nor failed");
    }
    if (waiter.canLook()) {
      line.handedOver(waiter, clock.nanos());
    }
    return slot;
  }

  /** Counts and tells of a lease that was waited for. */
  void told(Slot<C> slot, long start) {
    long waited = clock.nanos() - start;
    parts.counters().acquiredAfter(waited);
    parts.events().acquired(slot.id(), waited);
  }

  /** For what should not happen at all: nothing of the waiter may stay behind. */
  private void abandon(Waiter<C> waiter) {
    if (!traffic.leave(waiter)) {
      Slot<C> slot = waiter.slot();
      if (slot != null) {
        traffic.handOn(slot);
      }
    }
  }

  /**
   * What somebody asked for who does not stay.
   *
   * @param start when
   * @param origin where, if leases are watched
   */
  record Request(Thread caller, long start, Duration timeout, @Nullable Origin origin) {
    long deadline() {
      return Deadline.after(start, timeout);
    }
  }

  /** What the calling thread asks for now. */
  Request request(Duration timeout) {
    return new Request(Thread.currentThread(), clock.nanos(), timeout, origins.get());
  }

  /** See {@link dev.weir.pool.Pool#acquireAsync(Duration)}. */
  CompletionStage<Lease<C>> enlist(Duration timeout) {
    return enlist(request(timeout), slot -> {});
  }

  /**
   * The same for what was asked for some time ago.
   *
   * @param note told of the slot, before its lease is handed out
   */
  CompletionStage<Lease<C>> enlist(Request request, Consumer<Slot<C>> note) {
    CompletableFuture<Lease<C>> future = new CompletableFuture<>();
    AsyncWaiter<C> waiter = waiter(request, future, note);
    try {
      join(waiter);
    } catch (PoolException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    if (Deadline.passed(request.deadline(), clock.nanos())) {
      // It was in the line for a moment only, so that what it lacks is opened for those who follow.
      return givesUp(waiter) ? failed(request.timeout()) : future;
    }
    var limit =
        parts.alarm().at(request.deadline(), () -> timeOut(future, waiter, request.timeout()));
    future.whenComplete(
        (lease, failure) -> {
          limit.cancel();
          if (traffic.leave(waiter)) {
            parts.counters().acquireFailed(); // cancelled
          }
        });
    return future;
  }

  /** A waiter that completes the future, on a thread for code of the user, when it is served. */
  AsyncWaiter<C> waiter(
      Request request, CompletableFuture<Lease<C>> future, Consumer<Slot<C>> note) {
    return new AsyncWaiter<>(
        request.caller(),
        request.start(),
        served -> parts.workers().enqueue(() -> complete(future, served, request.origin(), note)));
  }

  private boolean givesUp(AsyncWaiter<C> waiter) {
    if (!traffic.leave(waiter)) {
      return false;
    }
    parts.counters().acquireFailed();
    parts.counters().acquireTimedOut();
    return true;
  }

  private CompletionStage<Lease<C>> failed(Duration timeout) {
    return CompletableFuture.failedFuture(complaints.timedOut(timeout));
  }

  /** Hands the lease of a waiter that was served or failed to whoever asked. */
  private void complete(
      CompletableFuture<Lease<C>> future,
      AsyncWaiter<C> waiter,
      @Nullable Origin origin,
      Consumer<Slot<C>> note) {
    try {
      Slot<C> slot = served(waiter);
      told(slot, waiter.since());
      note.accept(slot);
      Lease<C> lease = leases.make(slot, clock.coarseNanos(), waiter.caller(), origin);
      if (!future.complete(lease)) {
        lease.close();
      }
    } catch (PoolException e) {
      future.completeExceptionally(e);
    }
  }

  private void timeOut(
      CompletableFuture<Lease<C>> future, AsyncWaiter<C> waiter, Duration timeout) {
    if (givesUp(waiter)) {
      parts.workers().enqueue(() -> future.completeExceptionally(complaints.timedOut(timeout)));
    }
  }

  private void join(Waiter<C> waiter) {
    try {
      traffic.join(waiter);
    } catch (PoolException refused) {
      parts.counters().acquireFailed();
      throw refused;
    }
  }
}
