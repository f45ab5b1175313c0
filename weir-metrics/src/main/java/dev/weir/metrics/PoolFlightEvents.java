package dev.weir.metrics;

import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolListener;
import org.jspecify.annotations.Nullable;

/**
 * A listener that writes what is rare in a pool to Java Flight Recorder, as events {@code
 * dev.weir.pool.*}: opening, waits of callers above a threshold, checks that failed, connections
 * that left and why. {@code docs/metrics.md} lists them.
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
    } else if (!(event instanceof PoolEvent.Evicted || event instanceof PoolEvent.Released)) {
      other(event); // an eviction is told when the connection has left; a release is not rare
    }
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

  private void other(PoolEvent event) {
    var made = new FlightEvents.Other();
    if (made.isEnabled()) {
      made.kind = event.getClass().getSimpleName();
      commit(made, event);
    }
  }

  private void commit(FlightEvents.PoolFlightEvent made, PoolEvent event) {
    made.pool = pool == null ? event.pool() : pool;
    made.commit();
  }

  private static @Nullable String text(@Nullable Throwable cause) {
    return cause == null ? null : cause.toString();
  }

  /** False: what is recorded is rare. */
  @Override
  public boolean wantsEveryLease() {
    return false;
  }
}
