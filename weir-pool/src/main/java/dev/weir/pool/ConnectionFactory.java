package dev.weir.pool;

import java.time.Duration;
import java.util.Map;

/**
 * Opens, checks, resets and closes the connections of a pool: all that a connector has to write.
 *
 * <p>The pool never calls a factory while it holds a lock, and never uses one connection from two
 * threads at a time, with one exception: {@link Pool#close()} closes connections that are still
 * leased. {@code open} runs on several threads at once.
 *
 * @param <C> what is pooled
 */
@FunctionalInterface
public interface ConnectionFactory<C> {

  /**
   * Opens one connection, ready for use. Runs on a thread of the pool, which is interrupted when
   * {@code openTimeout} has passed or the pool closes; should the method return all the same, the
   * pool closes what it returned.
   *
   * @throws Exception when it cannot be opened; the pool tries again after a pause, {@code
   *     maxRetries} times
   */
  C open() throws Exception;

  /**
   * Whether the connection may still be used, as far as one can tell without any input or output:
   * false once its socket is closed or its agreed time to live has run out. Asked before and after
   * every lease and by the maintenance pass, on the caller's thread, so it has to be fast. A
   * connection that answers false is closed and counts as no failure.
   *
   * <p>Throwing means false.
   */
  default boolean isUsable(C connection) {
    return true;
  }

  /**
   * Whether the connection works, by asking the other side. Runs on a thread of the pool, before a
   * lease when the connection was neither used nor checked within {@code validationWindow}, and
   * every {@code keepAliveInterval} while it is idle. The pool gives up after {@code timeout},
   * interrupts the thread and closes the connection.
   *
   * <p>A factory that does not override this method has no check: its connections are handed out as
   * {@link #isUsable} says.
   *
   * @throws Exception means false, and is reported as the reason
   */
  default boolean check(C connection, Duration timeout) throws Exception {
    return isUsable(connection);
  }

  /**
   * Brings the connection back to the state in which it was opened. Runs on the thread that closes
   * the lease, before the connection goes to anybody else.
   *
   * @throws Exception when that is impossible: the connection is closed
   */
  default void reset(C connection) throws Exception {}

  /**
   * Closes the connection. Called once for every connection that {@link #open} returned, except for
   * those that were {@linkplain Lease#detach() detached}; on a thread of the pool, so it may take
   * its time. What it throws is ignored.
   */
  default void close(C connection) throws Exception {
    if (connection instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /**
   * What {@link Pool#connections()} shall tell about the connection besides what the pool knows.
   * Must be quick.
   */
  default Map<String, String> attributes(C connection) {
    return Map.of();
  }
}
