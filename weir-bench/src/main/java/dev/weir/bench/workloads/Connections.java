package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;

/**
 * Where the clients of a workload get their connections: a pool of some make, or none. One small
 * adapter each, so that every contender is driven by the same code.
 */
interface Connections extends AutoCloseable {

  /** Takes a connection, waits for one if need be. */
  Held acquire() throws Exception;

  /** Ends it all; every connection is closed when this returns, or soon after. */
  @Override
  void close();

  /** A connection in the hands of a client, until one of the two moves. */
  interface Held {
    LoopbackConnection connection();

    /** Gives it back. */
    void release() throws Exception;

    /** Gives it up: it failed. */
    void discard(Throwable cause);
  }
}
