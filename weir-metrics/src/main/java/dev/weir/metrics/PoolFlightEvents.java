package dev.weir.metrics;

import static java.util.stream.Collectors.joining;

import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listener that writes what is rare in a pool to Java Flight Recorder, as events {@code
 * dev.weir.pool.*}: opening, waits of callers above a threshold, checks that failed, suspected
 * leaks, breakers, connections that left and why. {@code docs/metrics.md} lists them.
 *
 * <pre>{@code
 * Pool.builder(factory).name("orders").listener(PoolFlightEvents.ofPool("orders")).build();
 * }</pre>
 *
 * <p>No event is about a lease that found a ready connection, so nothing is made on that way,
 * whether a recording runs or not. Without a recording an event costs a look at a flag.
 *
 * <p>Causes are written with their messages, as Flight Recorder does with every exception thrown: a
 * recording is as confidential as a log.
 *
 * <p>Thread-safe, and keeps nothing of the pool.
 */
public final class PoolFlightEvents implements PoolListener {
  /** As many as Flight Recorder keeps of a stack of its own, unless told otherwise. */
  private static final int FRAMES = 64;

  private final @Nullable String pool;

  private PoolFlightEvents(@Nullable String pool) {
    this.pool = pool;
  }

  /** Events that say this name, whichever pool they come from; keys of a keyed pool stay unsaid. */
  public static PoolFlightEvents ofPool(String name) {
    return new PoolFlightEvents(name);
  }

  /**
   * Events that say which key they are about, as {@code NAME/KEY}. Keys that are secrets, or hold
   * one, do not belong into a recording: use {@link #ofPool} with them.
   */
  public static PoolFlightEvents byKey() {
    return new PoolFlightEvents(null);
  }

  @Override
  public void onEvent(PoolEvent event) {
    if (event instanceof PoolEvent.Created created) {
      opened(created);
    } else if (event instanceof PoolEvent.Acquired acquired) {
      waited(acquired);
    } else if (event instanceof PoolEvent.Destroyed destroyed) {
      retired(destroyed);
    } else if (event instanceof PoolEvent.OpenFailed failed) {
      openFailed(failed);
    } else if (event instanceof PoolEvent.ValidationFailed failed) {
      checkFailed(failed);
    } else if (event instanceof PoolEvent.Exhausted exhausted) {
      exhausted(exhausted);
    } else if (event instanceof PoolEvent.LeakSuspected suspected) {
      leakSuspected(suspected);
    } else if (event instanceof PoolEvent.LeakEnded ended) {
      leakEnded(ended);
    } else if (event instanceof PoolEvent.BreakerOpened opened) {
      breakerOpened(opened);
    } else if (event instanceof PoolEvent.BreakerClosed closed) {
      breakerClosed(closed);
    } // an eviction is told when the connection has left; a release is not rare
  }

  private void opened(PoolEvent.Created event) {
    var made = new FlightEvents.ConnectionOpened();
    if (made.isEnabled()) {
      made.connection = event.connection();
      made.took = event.took().toNanos();
      commit(made, event);
    }
  }

  private void waited(PoolEvent.Acquired event) {
    var made = new FlightEvents.AcquireWait();
    if (made.isEnabled()) {
      made.connection = event.connection();
      made.waited = event.waited().toNanos();
      commit(made, event);
    }
  }

  private void retired(PoolEvent.Destroyed event) {
    var made = new FlightEvents.ConnectionRetired();
    if (made.isEnabled()) {
      made.connection = event.connection();
      made.reason = MeterNames.label(event.reason());
      made.cause = text(event.cause());
      commit(made, event);
    }
  }

  private void openFailed(PoolEvent.OpenFailed event) {
    var made = new FlightEvents.OpenFailed();
    if (made.isEnabled()) {
      made.attempt = event.attempt();
      made.cause = text(event.cause());
      made.willRetry = event.willRetry();
      commit(made, event);
    }
  }

  private void checkFailed(PoolEvent.ValidationFailed event) {
    var made = new FlightEvents.CheckFailed();
    if (made.isEnabled()) {
      made.connection = event.connection();
      made.cause = text(event.cause());
      commit(made, event);
    }
  }

  private void exhausted(PoolEvent.Exhausted event) {
    var made = new FlightEvents.Exhausted();
    if (made.isEnabled()) {
      made.max = event.max();
      made.waiting = event.waiting();
      commit(made, event);
    }
  }

  private void leakSuspected(PoolEvent.LeakSuspected event) {
    var made = new FlightEvents.LeakSuspected();
    if (made.isEnabled()) {
      LeaseHolder holder = event.holder();
      made.connection = event.connection();
      made.held = holder.held().toNanos();
      made.thread = holder.thread();
      made.takenAt = text(holder.takenAt());
      made.unreachable = event.unreachable();
      commit(made, event);
    }
  }

  private void leakEnded(PoolEvent.LeakEnded event) {
    var made = new FlightEvents.LeakEnded();
    if (made.isEnabled()) {
      made.connection = event.connection();
      made.held = event.held().toNanos();
      commit(made, event);
    }
  }

  private void breakerOpened(PoolEvent.BreakerOpened event) {
    var made = new FlightEvents.BreakerOpened();
    if (made.isEnabled()) {
      made.connection = idOrZero(event.connection());
      made.cause = text(event.cause());
      commit(made, event);
    }
  }

  private void breakerClosed(PoolEvent.BreakerClosed event) {
    var made = new FlightEvents.BreakerClosed();
    if (made.isEnabled()) {
      made.connection = idOrZero(event.connection());
      made.cause = text(event.cause());
      made.lasted = event.lasted().toNanos();
      commit(made, event);
    }
  }

  /** Ids begin at 1, and a field of an event cannot be null. */
  private static long idOrZero(@Nullable Long connection) {
    return connection == null ? 0 : connection;
  }

  private void commit(FlightEvents.PoolFlightEvent made, PoolEvent event) {
    made.pool = pool == null ? event.pool() : pool;
    made.commit();
  }

  private static @Nullable String text(@Nullable Throwable cause) {
    return cause == null ? null : cause.toString();
  }

  /** The innermost frames, one a line. */
  private static String text(List<StackTraceElement> stack) {
    return stack.stream().limit(FRAMES).map(StackTraceElement::toString).collect(joining("\n"));
  }

  /** False: what is recorded is rare. */
  @Override
  public boolean wantsEveryLease() {
    return false;
  }
}
