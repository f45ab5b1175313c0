package dev.weir.redis;

import dev.weir.pool.Lease;
import dev.weir.pool.PoolException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.Connection;

/**
 * Leases of a pool in the shape that Jedis knows: a connection whose {@code close} ends the lease,
 * and exceptions of its own. Remembers the connections that left the pool to subscribe, which
 * nobody else would close.
 */
final class Lender {
  private final Set<LeasedConnection> detached = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Leases a connection.
   *
   * @param pool its name, for messages
   * @throws CommandNotRunException when there is none
   */
  Connection lend(String pool, Callable<Lease<Connection>> acquire) {
    try {
      return new LeasedConnection(acquire.call(), this::moved);
    } catch (PoolException e) {
      throw new CommandNotRunException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandNotRunException(
          "pool \"" + pool + "\": interrupted while waiting for a connection", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e); // acquiring throws nothing else
    }
  }

  /** A connection has left its pool, or was closed after that. */
  private void moved(LeasedConnection connection) {
    if (!connection.isConnected()) {
      detached.remove(connection);
      return;
    }
    detached.add(connection);
    // In this order: either this thread sees the flag, or close() sees the connection.
    if (closed) {
      connection.close();
    }
  }

  /** How many are out of their pools, and open. */
  int detached() {
    return detached.size();
  }

  /** Closes those, under the hands of whoever uses them. */
  void close() {
    closed = true;
    detached.forEach(LeasedConnection::close);
  }
}
