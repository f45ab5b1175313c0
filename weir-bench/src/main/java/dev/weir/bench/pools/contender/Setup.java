package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.Opening;
import java.time.Duration;

/**
 * How a pool is to be built.
 *
 * @param size connections at most
 * @param idle connections that it may keep without a need: {@code size}, or 0 to start empty
 * @param acquireTimeout a caller's longest wait
 * @param opensAtATime for pools that have such an option; 0: as its makers ship it
 * @param opening what it takes to open a connection
 */
public record Setup(
    int size, int idle, Duration acquireTimeout, int opensAtATime, Opening opening) {

  /** A pool that is full from the start. */
  public static Setup full(int size) {
    return new Setup(size, size, Duration.ofSeconds(30), 0, Opening.FREE);
  }

  /** A pool that opens connections when callers come. */
  public static Setup empty(int size, Duration acquireTimeout, Opening opening) {
    return new Setup(size, 0, acquireTimeout, 0, opening);
  }

  /** The same, opening so many at a time. */
  public Setup openingAtATime(int connections) {
    return new Setup(size, idle, acquireTimeout, connections, opening);
  }

  int timeoutMillis() {
    return Math.toIntExact(acquireTimeout.toMillis());
  }
}
