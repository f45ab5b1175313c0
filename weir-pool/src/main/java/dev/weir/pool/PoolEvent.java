package dev.weir.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a pool. Connections are named by the id that {@link ConnectionInfo}
 * shows.
 */
public sealed interface PoolEvent {

  /** The name of the pool. */
  String pool();

  /** A connection was opened, which took {@code took}, earlier failed tries not included. */
  record Created(String pool, long connection, Duration took) implements PoolEvent {}

  /**
   * One try to open failed or took too long; {@code willRetry}: the pool tries again after a pause,
   * for the same place or to see whether the endpoint is back.
   */
  record OpenFailed(String pool, int attempt, Throwable cause, boolean willRetry)
      implements PoolEvent {}

  /** A connection was leased after {@code waited}; zero when it was ready. */
  record Acquired(String pool, long connection, Duration waited) implements PoolEvent {}

  /** A lease ended after {@code held}, a span in steps of a millisecond. */
  record Released(String pool, long connection, Duration held) implements PoolEvent {}

  /** The pool decided to close a connection that nobody had found broken. */
  record Evicted(String pool, long connection, Reason reason) implements PoolEvent {}

  /** A check before use or while idle failed; {@code cause} is null when the check just said no. */
  record ValidationFailed(String pool, long connection, @Nullable Throwable cause)
      implements PoolEvent {}

  /**
   * A connection left the pool; it is closed by now, unless the reason is {@link Reason#DETACHED}.
   */
  record Destroyed(String pool, long connection, Reason reason, @Nullable Throwable cause)
      implements PoolEvent {}

  /**
   * A caller had to wait because every place is taken and leased. Told once until somebody finds a
   * connection ready again.
   */
  record Exhausted(String pool, int max, int waiting) implements PoolEvent {}

  /**
   * A lease is held for longer than {@code leakThreshold}; or nobody can end it any more ({@code
   * unreachable}), since it was forgotten. Told once a lease. The holder says which thread took it,
   * and where. An unreachable lease, and with {@code leakReclaim} any, has been ended by then.
   */
  record LeakSuspected(String pool, long connection, LeaseHolder holder, boolean unreachable)
      implements PoolEvent {}

  /**
   * The holder of a lease that had been told as {@link LeakSuspected} ended it after {@code held}:
   * it was slow, not lost. Told also when the pool had ended the lease before.
   */
  record LeakEnded(String pool, long connection, Duration held) implements PoolEvent {}

  /**
   * Something failed too often in a row. The endpoint ({@code connection} is null): opening failed
   * {@code breakerThreshold} times, {@code cause} is the first failure, and callers whom no
   * connection can serve are refused until a {@link BreakerClosed}. A connection: it failed {@code
   * maxFailures} times, {@code cause} is the last failure, and it is taken out for good.
   */
  record BreakerOpened(String pool, @Nullable Long connection, Throwable cause)
      implements PoolEvent {}

  /**
   * The endpoint ({@code connection} is null) is back after {@code lasted}, counted from the first
   * failure, which is {@code cause}. Alternates with {@link BreakerOpened}.
   */
  record BreakerClosed(String pool, @Nullable Long connection, Throwable cause, Duration lasted)
      implements PoolEvent {}

  /** Why a connection left the pool. */
  enum Reason {
    /** Idle for longer than {@code idleTimeout}. */
    IDLE,
    /** Older than {@code maxLifetime}. */
    LIFETIME,
    /** The pool was shrunk, or another key needed the place. */
    SURPLUS,
    /** {@link ConnectionFactory#isUsable} said no. */
    UNUSABLE,
    /** {@link ConnectionFactory#check} said no, failed, or took too long. */
    CHECK_FAILED,
    /** {@link ConnectionFactory#reset} failed. */
    RESET_FAILED,
    /** Everything was evicted by {@link Pool#evictAll} after it had been opened. */
    OUTDATED,
    /** {@link Lease#invalidate} was called. */
    INVALIDATED,
    /** It failed {@code maxFailures} times in a row, as {@link Lease#reportFailure} told. */
    BROKEN,
    /** {@link Lease#detach} was called. */
    DETACHED,
    /** Its lease was held for longer than {@code leakThreshold}, with {@code leakReclaim}. */
    LEAKED,
    /** Its lease became unreachable without having been ended. */
    LOST,
    /** The pool was drained or closed. */
    POOL_CLOSED
  }
}
