package dev.weir.http.internal;

import dev.weir.pool.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A connection in use, and who pays for it: a lease of the pool, or a place among the streams.
 *
 * <p>Belongs to one {@link PooledCall}. It is promoted under the call's guard and only while the
 * call knows it; it is given back or discarded once, after the call has forgotten it under the same
 * guard.
 */
final class Hold {
  private final HttpConnection connection;
  private final Streams streams;
  private final boolean reused;
  private @Nullable Lease<HttpConnection> lease;

  private Hold(HttpConnection connection, Streams streams, @Nullable Lease<HttpConnection> lease) {
    this.connection = connection;
    this.streams = streams;
    this.lease = lease;
    this.reused = lease != null && lease.isReused();
  }

  static Hold leased(Lease<HttpConnection> lease, Streams streams) {
    return new Hold(lease.connection(), streams, lease);
  }

  /** A connection that is among the streams already. */
  static Hold stream(HttpConnection connection, Streams streams) {
    return new Hold(connection, streams, null);
  }

  HttpConnection connection() {
    return connection;
  }

  boolean isReused() {
    return reused;
  }

  /** leased → stream. False: no place among the streams, or the pool was closed meanwhile. */
  boolean promote() {
    Lease<HttpConnection> leased = lease;
    if (leased == null) {
      return true;
    }
    if (!streams.reserve()) {
      return false;
    }
    try {
      leased.detach();
    } catch (IllegalStateException endedByThePool) {
      streams.unreserve();
      return false;
    }
    lease = null;
    streams.add(connection);
    return true;
  }

  /** The exchange is over; the pool looks whether the connection may stay. */
  void giveBack() {
    if (lease == null) {
      streams.end(connection);
    } else {
      lease.close();
    }
  }

  /** The exchange was broken off: the socket is closed before this returns. */
  void discard(@Nullable Throwable cause) {
    connection.abort();
    if (lease == null) {
      streams.end(connection);
    } else {
      lease.invalidate(cause);
    }
  }
}
