package dev.weir.bench.behaviour.contender;

import java.time.Duration;

/** A connection that was asked for without blocking. */
public interface Later {
  boolean isDone();

  /** Gives up; has no effect when it is done already. */
  void cancel();

  /** What it became, by then; throws when that is nothing. */
  Held get(Duration patience) throws Exception;
}
