package dev.weir.pool.internal.stats;

import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.PoolListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listener what happened. With no listener, or of a lease that the listener does not want
 * to hear of, a call is one comparison, and no event is made. Never called under a lock.
 */
public final class Events {
  private final String pool;
  private final PoolListener listener;
  private final boolean silent;
  private final boolean everyLease;

  public Events(String pool, PoolListener listener) {
    this.pool = pool;
    this.listener = listener;
    silent = listener == PoolListener.NONE;
    everyLease = !silent && listener.wantsEveryLease();
  }

  /** Whether leases of connections that were ready, and the ends of leases, are told. */
  public boolean tellsEveryLease() {
    return everyLease;
  }

  public void created(long connection, long nanos) {
    if (!silent) {
      tell(new PoolEvent.Created(pool, connection, Duration.ofNanos(nanos)));
    }
  }

  public void openFailed(int attempt, Throwable cause, boolean willRetry) {
    if (!silent) {
      tell(new PoolEvent.OpenFailed(pool, attempt, cause, willRetry));
    }
  }

  /** A lease after {@code nanos} of waiting; zero when a connection was ready. */
  public void acquired(long connection, long nanos) {
    if (everyLease || (nanos > 0 && !silent)) {
      tell(new PoolEvent.Acquired(pool, connection, Duration.ofNanos(nanos)));
    }
  }

  public void released(long connection, long nanos) {
    if (everyLease) {
      tell(new PoolEvent.Released(pool, connection, Duration.ofNanos(nanos)));
    }
  }

  public void evicted(long connection, Reason reason) {
    if (!silent) {
      tell(new PoolEvent.Evicted(pool, connection, reason));
    }
  }

  public void validationFailed(long connection, @Nullable Throwable cause) {
    if (!silent) {
      tell(new PoolEvent.ValidationFailed(pool, connection, cause));
    }
  }

  public void destroyed(long connection, Reason reason, @Nullable Throwable cause) {
    if (!silent) {
      tell(new PoolEvent.Destroyed(pool, connection, reason, cause));
    }
  }

  public void exhausted(int max, int waiting) {
    if (!silent) {
      tell(new PoolEvent.Exhausted(pool, max, waiting));
    }
  }

  public void leakSuspected(LeaseHolder holder, boolean unreachable) {
    if (!silent) {
      tell(new PoolEvent.LeakSuspected(pool, holder.connection(), holder, unreachable));
    }
  }

  public void leakEnded(long connection, long nanos) {
    if (!silent) {
      tell(new PoolEvent.LeakEnded(pool, connection, Duration.ofNanos(nanos)));
    }
  }

  /** {@code connection} is null for the endpoint. */
  public void breakerOpened(@Nullable Long connection, Throwable cause) {
    if (!silent) {
      tell(new PoolEvent.BreakerOpened(pool, connection, cause));
    }
  }

  /** {@code connection} is null for the endpoint. */
  public void breakerClosed(@Nullable Long connection, Throwable cause, long nanos) {
    if (!silent) {
      tell(new PoolEvent.BreakerClosed(pool, connection, cause, Duration.ofNanos(nanos)));
    }
  }

  private void tell(PoolEvent event) {
    try {
      listener.onEvent(event);
    } catch (Throwable e) {
      // The listener is a guest: whatever it throws must not end a lease, an open or a pass.
    }
  }
}
