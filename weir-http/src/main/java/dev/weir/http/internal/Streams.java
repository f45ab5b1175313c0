package dev.weir.http.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections of one origin that a stream holds, outside the pool: bounded and counted here,
 * and known, so that they can be closed all together.
 *
 * <p>A place is reserved before a connection is opened or taken out of the pool, and freed when it
 * is closed, so there are never more than {@code max}. {@link #add} after {@link #closeAll} closes
 * what is added: the flag is set before the set is walked, and read after it was added to, so one
 * of the two closes it.
 */
final class Streams {
  private final int max;
  private final AtomicInteger reserved = new AtomicInteger();
  private final AtomicLong opened = new AtomicLong();
  private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Streams(int max) {
    this.max = max;
  }

  int max() {
    return max;
  }

  /** Takes a place. False: there is none. */
  boolean reserve() {
    for (int seen = reserved.get(); seen < max; seen = reserved.get()) {
      if (reserved.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Frees a place that no connection took. */
  void unreserve() {
    reserved.decrementAndGet();
  }

  /** Puts a connection in the place reserved for it. */
  void add(HttpConnection connection) {
    opened.incrementAndGet();
    open.add(connection);
    if (closed) {
      connection.abort();
    }
  }

  /** Closes a connection and frees its place. */
  void end(HttpConnection connection) {
    connection.abort();
    if (open.remove(connection)) {
      unreserve();
    }
  }

  int count() {
    return open.size();
  }

  long opened() {
    return opened.get();
  }

  void closeAll() {
    closed = true;
    open.forEach(HttpConnection::abort);
  }
}
