package dev.weir.pool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A bounded set of open connections that callers lease for a while.
 *
 * <pre>{@code
 * Pool<Socket> pool = Pool.builder(factory).min(2).max(10).acquireTimeout(ofSeconds(5)).build();
 * try (Lease<Socket> lease = pool.acquire()) {
 *   lease.connection().getOutputStream().write(ping);
 * }
 * }</pre>
 *
 * <p>Safe for use by any number of threads, platform or virtual. What a thread did with a
 * connection before it closed the lease happens-before the return of the {@code acquire} that
 * leases the same connection next.
 *
 * <p>Callers that have to wait stand in one line, blocking and asynchronous alike, and are served
 * in the order in which they came. How long a newcomer that finds a free connection may overtake
 * them is for {@link Fairness} to say.
 *
 * @param <C> what is pooled
 */
public interface Pool<C> extends AutoCloseable {

  /** A builder of a pool whose connections come from {@code factory}. */
  static <C> PoolBuilder<C> builder(ConnectionFactory<C> factory) {
    return new PoolBuilder<>(factory);
  }

  /**
   * Leases one connection and waits for at most the pool's {@code acquireTimeout}. See {@link
   * #acquire(Duration)}.
   */
  Lease<C> acquire() throws InterruptedException;

  /**
   * Leases one connection and waits for at most {@code timeout}, which covers waiting, opening and
   * checking. Zero: takes a connection that is ready, or fails at once.
   *
   * <p>An interrupt ends the wait, leaves nothing behind in the line, and clears the flag.
   *
   * @throws AcquireTimeoutException when the time is up; names the pool, its counts and the last
   *     failed open
   * @throws TooManyWaitersException at once, when {@code maxWaiters} callers wait already
   * @throws EndpointDownException when opening was given up and there is no connection left to wait
   *     for; carries the cause
   * @throws PoolClosedException when the pool is closed or being drained, also during the wait
   */
  Lease<C> acquire(Duration timeout) throws InterruptedException;

  /**
   * Leases a connection that is ready, or gives null: does not wait, does not open one, and fails
   * for no reason. Also null when the pool is closed.
   */
  @Nullable Lease<C> tryAcquire();

  /**
   * Like {@link #acquire(Object, Duration)} with the pool's {@code acquireTimeout}.
   *
   * @param key compared by {@code equals}
   */
  Lease<C> acquire(Object key) throws InterruptedException;

  /**
   * Leases, if possible, the connection that {@code key} used last: if it is ready, or comes back
   * within {@code affinityWait}. Otherwise any, as {@link #acquire(Duration)} does, and the key
   * uses that one from then on. A key that was quiet for {@code affinityTimeout} is forgotten.
   */
  Lease<C> acquire(Object key, Duration timeout) throws InterruptedException;

  /**
   * Like {@link #acquire(Object, Duration)}, without blocking: see {@link #acquireAsync(Duration)}.
   */
  CompletionStage<Lease<C>> acquireAsync(Object key, Duration timeout);

  /** Like {@link #acquireAsync(Duration)} with the pool's {@code acquireTimeout}. */
  CompletionStage<Lease<C>> acquireAsync();

  /**
   * Leases one connection without blocking the caller: the stage completes with the lease, or
   * exceptionally with what {@link #acquire(Duration)} would have thrown.
   *
   * <p>It is complete already when a connection was ready; otherwise one of the pool's own threads
   * completes it, so dependents that block should run elsewhere. Cancelling {@code
   * toCompletableFuture()} gives up the place in the line; a lease that was on its way goes back to
   * the pool.
   */
  CompletionStage<Lease<C>> acquireAsync(Duration timeout);

  /**
   * A lease for a loop that takes it again and again: nothing is allocated then. It holds nothing
   * until it is {@linkplain ReusableLease#acquire() acquired}.
   */
  ReusableLease<C> reusableLease();

  /**
   * Changes how many leases one connection may carry at a time, from now on: what a server has
   * announced, say. Leases that are out stay.
   *
   * @param maxLeases 0 (none for now) to {@code maxLeasesPerConnection}
   * @return false if the pool has no such connection any more
   * @throws InvalidOptionException when {@code maxLeases} is negative or larger
   */
  boolean limitLeases(C connection, int maxLeases);

  /**
   * Changes the bounds while the pool runs. Growing serves waiters at once. Shrinking closes idle
   * connections at once and leased ones when their leases end; no lease is cut short.
   *
   * @throws InvalidOptionException when {@code min} is negative or above {@code max}, or {@code
   *     max} is below 1
   */
  void resize(int min, int max);

  /**
   * Lends nothing more until {@link #resume()}: callers wait, as if every connection were leased,
   * and nothing is opened for them. Leases that are out go on. Suspending twice does nothing.
   */
  void suspend();

  /** Ends {@link #suspend()}. */
  void resume();

  /**
   * Replaces every connection without failing a caller: idle ones are closed now, leased ones when
   * their leases end, and what is being opened is not lent when it arrives. For new credentials or
   * a fail-over; have the factory use the new ones first.
   */
  void evictAll();

  /** {@link #drain(Duration)} with the pool's {@code drainTimeout}. */
  DrainReport drain() throws InterruptedException;

  /**
   * Stops lending and waits until every lease has ended, for at most {@code timeout}. Callers that
   * wait in the line already are still served; new ones get a {@link PoolClosedException}.
   * Connections close as they come back.
   *
   * <p>A drained pool lends no more: {@link #close()} it. Draining twice is allowed and waits
   * again.
   *
   * @return whether all came back, and otherwise who still holds which connection
   */
  DrainReport drain(Duration timeout) throws InterruptedException;

  /**
   * Ends everything, without waiting: callers in the line get a {@link PoolClosedException}; every
   * connection is closed, the leased ones too, under the hands of their holders; what is still
   * being opened is closed when it arrives. {@link #drain(Duration)} first, to let the leases end.
   * Closing twice does nothing.
   */
  @Override
  void close();

  /**
   * Counts and times since the pool was built. Reading them costs the callers of {@code acquire}
   * nothing.
   */
  PoolStats stats();

  /**
   * Who holds, who waits, what is being opened and why not more. For the log when something is
   * wrong: it walks over everything, which callers do not notice.
   */
  PoolSnapshot snapshot();

  /**
   * {@link #snapshot} and what the threads of the holders are doing at the moment; each of them is
   * stopped for an instant to see.
   */
  PoolSnapshot snapshotWithStacks();

  /**
   * Every connection that is open or being closed, in no order. A snapshot: it may be out of date
   * when it is read.
   */
  List<ConnectionInfo> connections();

  /**
   * Whether a caller can expect a connection: the pool is neither suspended, draining nor closed,
   * and it has one open or no open has failed since one succeeded.
   */
  boolean isHealthy();

  /** The name in messages, thread names and metrics. */
  String name();

  /** The options in force; {@code min} and {@code max} as last set by {@link #resize}. */
  PoolOptions options();
}
