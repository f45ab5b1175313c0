package dev.weir.pool.internal.open;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.internal.time.Deadline;
import java.time.Duration;

/**
 * For how long a connection may be leased as it is. A factory that overrides neither {@code check}
 * nor {@code isUsable} nor {@code reset} costs nobody a call.
 */
public final class Freshness {
  private static final long LATEST = 10_000_000_000L;

  private final boolean hasCheck;
  private final boolean tellsUsable;
  private final boolean resets;
  private final long window;

  public Freshness(ConnectionFactory<?> factory, PoolOptions options) {
    hasCheck = overrides(factory, "check", Object.class, Duration.class);
    tellsUsable = overrides(factory, "isUsable", Object.class);
    resets = overrides(factory, "reset", Object.class);
    window = Deadline.nanos(options.validationWindow());
  }

  private static boolean overrides(
      ConnectionFactory<?> factory, String method, Class<?>... parameters) {
    try {
      return factory.getClass().getMethod(method, parameters).getDeclaringClass()
          != ConnectionFactory.class;
    } catch (NoSuchMethodException e) {
      // An override with a narrower parameter leaves a bridge with this signature; so this cannot
      // happen.
      throw new IllegalStateException(e);
    }
  }

  /** Whether the other side can be asked. */
  public boolean hasCheck() {
    return hasCheck;
  }

  /** Whether the factory can tell that a connection is of no use, without asking. */
  public boolean tellsUsable() {
    return tellsUsable;
  }

  /** Whether something is to be done between two leases. */
  public boolean resets() {
    return resets;
  }

  /** Until when a connection that was sound then may be leased without a check. */
  public long readyUntil(long retiresAt, long soundAt) {
    if (!hasCheck) {
      return retiresAt;
    }
    // Without a window, not even within the time by which the coarse clock may be late.
    long due = window == 0 ? soundAt - LATEST : soundAt + window;
    return due - retiresAt < 0 ? due : retiresAt;
  }
}
