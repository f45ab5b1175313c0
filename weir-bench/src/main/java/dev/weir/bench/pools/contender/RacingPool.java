package dev.weir.bench.pools.contender;

/** What the race asks of a pool. */
public interface RacingPool extends AutoCloseable {

  /** Waits for at most the pool's acquire timeout; then, or when it knows earlier, it throws. */
  Object acquire() throws Exception;

  /** Gives back what {@link #acquire} returned. */
  void release(Object held) throws Exception;

  @Override
  void close() throws Exception;
}
