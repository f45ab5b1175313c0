package dev.weir.pool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One pool a key (an origin, a tenant, a server), made when the key is first used and dropped when
 * it was not used for {@code keyIdleTimeout}, under one bound on the connections of all keys
 * together.
 *
 * <p>When that bound is reached, a key that needs a connection gets the place of the connection
 * that was idle longest under another key; when none is idle, that of the next connection that a
 * key with more than its even share gives back.
 *
 * <p>Safe for use by any number of threads.
 *
 * @param <K> the key; needs {@code equals}, {@code hashCode} and, for messages, {@code toString}
 * @param <C> what is pooled
 */
public interface KeyedPool<K, C> extends AutoCloseable {

  /**
   * A builder of a keyed pool; {@code factories} makes the factory of a key each time that the
   * key's pool is made.
   */
  static <K, C> KeyedPoolBuilder<K, C> builder(
      Function<? super K, ? extends ConnectionFactory<C>> factories) {
    return new KeyedPoolBuilder<>(factories);
  }

  /** Leases a connection of {@code key}, as {@link Pool#acquire()} does. */
  Lease<C> acquire(K key) throws InterruptedException;

  /** Leases a connection of {@code key}, as {@link Pool#acquire(Duration)} does. */
  Lease<C> acquire(K key, Duration timeout) throws InterruptedException;

  /** Leases a connection of {@code key}, as {@link Pool#acquireAsync()} does. */
  CompletionStage<Lease<C>> acquireAsync(K key);

  /** Leases a connection of {@code key}, as {@link Pool#acquireAsync(Duration)} does. */
  CompletionStage<Lease<C>> acquireAsync(K key, Duration timeout);

  /**
   * All keys together, keys dropped meanwhile included; sizes are sums, {@code maxSize} is the
   * bound over all keys.
   */
  PoolStats stats();

  /** Each key that has a pool at the moment, with its own numbers. */
  Map<K, PoolStats> statsByKey();

  /** Each key that has a pool at the moment, with what it is doing: {@link Pool#snapshot}. */
  Map<K, PoolSnapshot> snapshotByKey();

  /** The connections of every key. */
  Map<K, List<ConnectionInfo>> connections();

  /**
   * Changes the bounds while the pool runs, those of each key's pool as {@link Pool#resize} does,
   * also of keys that have no pool yet, and the bound over all keys. No lease is cut short; where
   * more are open than {@code maxTotal}, the next is opened when enough have been closed.
   *
   * @param min of each key's pool
   * @param max of each key's pool
   * @throws InvalidOptionException when {@code min} is negative or above {@code max}, or {@code
   *     max} or {@code maxTotal} is below 1
   */
  void resize(int min, int max, int maxTotal);

  /**
   * Lends nothing more, of any key, until {@link #resume()}: callers wait, as if every connection
   * were leased, also those of a key that has no pool yet, and nothing is opened for them. Leases
   * that are out go on. Suspending twice does nothing.
   */
  void suspend();

  /** Ends {@link #suspend()}, for every key. */
  void resume();

  /**
   * Replaces every connection of every key without failing a caller, as {@link Pool#evictAll} does.
   * For new credentials or a fail-over; have the factories use the new ones first, those too that
   * are made already: the pools of the keys keep them.
   */
  void evictAll();

  /** The same for the connections of one key; without effect if it has no pool at the moment. */
  void evictAll(K key);

  /** {@link #drain(Duration)} with the {@code drainTimeout} of the keys' pools. */
  DrainReport drain() throws InterruptedException;

  /** Drains all keys' pools at once, as {@link Pool#drain(Duration)} does, against one deadline. */
  DrainReport drain(Duration timeout) throws InterruptedException;

  /** Closes all keys' pools, as {@link Pool#close()} does. */
  @Override
  void close();

  /** Whether the pool of every key is healthy; true when there is none. */
  boolean isHealthy();

  /** The name in messages, thread names and metrics; a key's pool is called {@code name/key}. */
  String name();
}
