package dev.weir.bench.behaviour.contender;

import dev.weir.bench.behaviour.endpoint.Wire;

/** What a caller got from a pool, until it gives it back. */
public interface Held {
  /** The connection behind it. */
  Wire wire();

  /** Sends something through the handle. */
  void use() throws Exception;

  /** Changes something that the next holder must not see. */
  void alter() throws Exception;

  /** Gives it back. */
  void close() throws Exception;

  /**
   * The connection breaks, its holder notices, and gives it back the way that the pool wants broken
   * ones given back.
   */
  void fail() throws Exception;
}
