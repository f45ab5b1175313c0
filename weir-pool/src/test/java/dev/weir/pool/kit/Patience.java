package dev.weir.pool.kit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long a test waits for what is bound to come. Long, because the machine may have much else to
 * do: what comes soon costs nothing by it, and what does not come is an error after a minute as
 * well.
 */
public final class Patience {
  public static final Duration LIMIT = Duration.ofMinutes(1);

  private Patience() {}

  /** Awaitility, with that much patience. */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT);
  }
}
