package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/**
 * The right to use one connection until {@link #close()}. It ends once, by whichever of {@link
 * #close}, {@link #invalidate} and {@link #detach} comes first; any further call, from any thread
 * and also after the pool was closed, does no harm.
 *
 * <p>A lease may be handed from thread to thread; the connection itself is as thread-safe as its
 * own type says.
 *
 * @param <C> what is pooled
 */
public interface Lease<C> extends AutoCloseable {

  /**
   * The leased connection. Do not keep it beyond the lease.
   *
   * @throws IllegalStateException when the lease has ended
   */
  C connection();

  /**
   * Whether the connection served a lease before this one. A failure of a reused connection may
   * only mean that the other side had closed it; a failure of a fresh one is news.
   */
  boolean isReused();

  /**
   * Ends the lease. The connection is {@linkplain ConnectionFactory#reset reset} on the caller's
   * thread and goes to the next waiter or becomes idle; one that cannot be reset, is no longer
   * {@linkplain ConnectionFactory#isUsable usable} or is past its lifetime is closed instead, on a
   * thread of the pool. Never throws.
   */
  @Override
  void close();

  /**
   * Tells that the connection failed, and keeps the lease. The connection is checked before its
   * next use; after {@code maxFailures} leases in a row that told a failure it is closed when this
   * lease ends, however well its checks went. Once a lease; after its end without effect.
   *
   * @param cause what went wrong, for events and messages
   */
  void reportFailure(Throwable cause);

  /**
   * Ends the lease and closes the connection, on a thread of the pool; the pool replaces it when it
   * is needed.
   *
   * @param cause what went wrong, for events and messages; null when there is nothing to tell
   */
  void invalidate(@Nullable Throwable cause);

  /**
   * Ends the lease and takes the connection out of the pool for good: its place is free for another
   * at once, and whoever detached it closes it.
   *
   * @throws IllegalStateException when the lease has ended
   */
  C detach();
}
