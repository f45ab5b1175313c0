package dev.weir.metrics;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a management console reads of a pool of either kind: the numbers of {@link
 * dev.weir.pool.PoolStats}, of one moment for all attributes that are read within 100 ms, and the
 * connections; and what an operator may do to it. Open types only: a console needs no class of
 * Weir.
 */
public interface PoolNumbers {
  String getName();

  boolean isHealthy();

  int getActive();

  int getIdle();

  int getPending();

  int getOpening();

  int getSize();

  int getMinSize();

  int getMaxSize();

  /** Endpoints whose breaker is open: 0 or 1; of a keyed pool, how many. */
  int getEndpointsDown();

  long getCreated();

  long getDestroyed();

  long getAcquired();

  long getReleased();

  long getFailedAcquires();

  long getTimedOutAcquires();

  long getFailedOpens();

  long getCheckFailures();

  double getReuseRatio();

  double getUtilisation();

  Times getAcquireTime();

  Times getHoldTime();

  /** The connections that are open or being closed. An operation, as it looks at each of them. */
  List<Connection> listConnections();

  /** See {@link dev.weir.pool.Pool#suspend}; of a keyed pool, for all keys. */
  void suspend();

  /** See {@link dev.weir.pool.Pool#resume}; of a keyed pool, for all keys. */
  void resume();

  /** See {@link dev.weir.pool.Pool#evictAll}; of a keyed pool, for all keys. */
  void evictAll();

  /** A distribution of times, in milliseconds. */
  interface Times {
    long getCount();

    double getMean();

    double getP50();

    double getP95();

    double getP99();

    double getMax();
  }

  /** One connection; see {@link dev.weir.pool.ConnectionInfo}. Times are ISO-8601. */
  interface Connection {
    long getId();

    /** The label of its key, where keys have labels. */
    @Nullable String getKey();

    String getState();

    String getCreated();

    String getLastUsed();

    long getUses();

    long getFailures();

    @Nullable String getHolder();

    Map<String, String> getAttributes();
  }
}
