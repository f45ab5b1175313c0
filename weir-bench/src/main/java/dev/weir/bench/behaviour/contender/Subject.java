package dev.weir.bench.behaviour.contender;

import java.time.Duration;
import java.util.List;

/**
 * A pool that runs. What is not offered throws {@link UnsupportedOperationException}; the runner
 * never gets that far, because the contender says so beforehand.
 */
public interface Subject extends AutoCloseable {
  /** Acquires within the pool's timeout. */
  Held acquire() throws Exception;

  /** Acquires within {@code timeout}. */
  default Held acquire(Duration timeout) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Acquires, preferring the connection that {@code key} had. */
  default Held acquire(Object key) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Acquires without blocking. */
  default Later acquireAsync() {
    throw new UnsupportedOperationException();
  }

  default void resize(int min, int max) {
    throw new UnsupportedOperationException();
  }

  default void evictAll() throws Exception {
    throw new UnsupportedOperationException();
  }

  default void suspend() throws Exception {
    throw new UnsupportedOperationException();
  }

  default void resume() throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Waits for the leases to end; whether they did. */
  default boolean drain(Duration timeout) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Drains and tells the names of the threads that still hold something. */
  default List<String> drainAndTell(Duration timeout) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Takes the connection out of the pool for good. */
  default void detach(Held held) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** How many leases the connection of {@code held} carries from now on. */
  default void limitLeases(Held held, int leases) {
    throw new UnsupportedOperationException();
  }

  /** Counts one failure of the connection, whose lease goes on. */
  default void reportFailure(Held held) {
    throw new UnsupportedOperationException();
  }

  default int active() {
    throw new UnsupportedOperationException();
  }

  default int idle() {
    throw new UnsupportedOperationException();
  }

  default int waiting() {
    throw new UnsupportedOperationException();
  }

  /** Each report of a lease held too long, with the stack or the thread it names. */
  default List<String> leakReports() {
    throw new UnsupportedOperationException();
  }

  /** Closes the pool the way its documentation says to, without waiting for leases to end. */
  @Override
  void close() throws Exception;
}
