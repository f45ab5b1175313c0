package dev.weir.bench.behaviour.contender;

import java.time.Duration;

/** A keyed pool that runs. */
public interface KeyedSubject extends AutoCloseable {
  Held acquire(String key, Duration timeout) throws Exception;

  @Override
  void close() throws Exception;
}
