package dev.weir.metrics;

import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The Flight Recorder events of a pool; their annotations are what {@code docs/metrics.md} says.
 */
final class FlightEvents {
  /** All of them, in the order of a connection's life. */
  static final List<Class<? extends PoolFlightEvent>> ALL =
      List.of(
          ConnectionOpened.class,
          OpenFailed.class,
          AcquireWait.class,
          Exhausted.class,
          CheckFailed.class,
          LeakSuspected.class,
          LeakEnded.class,
          BreakerOpened.class,
          BreakerClosed.class,
          ConnectionRetired.class);

  private FlightEvents() {}

  @Category({"Weir", "Pool"})
  @StackTrace(false)
  abstract static class PoolFlightEvent extends Event {
    @Label("Pool")
    @Nullable String pool;
  }

  @Name("dev.weir.pool.ConnectionOpened")
  @Label("Connection Opened")
  @Description("A connection was opened")
  static final class ConnectionOpened extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Took")
    @Description("Failed tries not included")
    @Timespan
    long took;
  }

  @Name("dev.weir.pool.OpenFailed")
  @Label("Open Failed")
  @Description("One try to open a connection failed or took too long")
  static final class OpenFailed extends PoolFlightEvent {
    @Label("Attempt")
    int attempt;

    @Label("Cause")
    @Nullable String cause;

    @Label("Will Retry")
    boolean willRetry;
  }

  @Name("dev.weir.pool.AcquireWait")
  @Label("Acquire Wait")
  @Description(
      "A caller got its lease after a wait; waits below the setting waitThreshold (10 ms) are left out")
  static final class AcquireWait extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Waited")
    @Timespan
    long waited;

    // Not JFR's own threshold, which is about the time between begin and end: the event is made
    // when
    // the wait is over, and only waits are made into events.
    @SettingDefinition
    @Name("waitThreshold")
    @Label("Wait Threshold")
    boolean isLongEnough(WaitThreshold threshold) {
      return threshold.isReachedBy(waited);
    }
  }

  @Name("dev.weir.pool.Exhausted")
  @Label("Pool Exhausted")
  @Description(
      "A caller began to wait because every connection was leased; told once until one is free again")
  static final class Exhausted extends PoolFlightEvent {
    @Label("Max")
    int max;

    @Label("Waiting")
    int waiting;
  }

  @Name("dev.weir.pool.CheckFailed")
  @Label("Check Failed")
  @Description("A check before use or while idle failed; no cause: it just said no")
  static final class CheckFailed extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Cause")
    @Nullable String cause;
  }

  @Name("dev.weir.pool.ConnectionRetired")
  @Label("Connection Retired")
  @Description("A connection left the pool, closed or detached")
  static final class ConnectionRetired extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Reason")
    @Nullable String reason;

    @Label("Cause")
    @Nullable String cause;
  }

  @Name("dev.weir.pool.LeakSuspected")
  @Label("Leak Suspected")
  @Description(
      "A lease is held for longer than leakThreshold, or was forgotten (unreachable); thread: who took it, takenAt: where")
  static final class LeakSuspected extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Held")
    @Timespan
    long held;

    @Label("Thread")
    @Nullable String thread;

    @Label("Taken At")
    @Nullable String takenAt;

    @Label("Unreachable")
    boolean unreachable;
  }

  @Name("dev.weir.pool.LeakEnded")
  @Label("Leak Ended")
  @Description("The holder of a suspected leak ended the lease after all: it was slow, not lost")
  static final class LeakEnded extends PoolFlightEvent {
    @Label("Connection")
    long connection;

    @Label("Held")
    @Timespan
    long held;
  }

  @Name("dev.weir.pool.BreakerOpened")
  @Label("Breaker Opened")
  @Description(
      "The endpoint (connection 0) failed to open too often in a row, or one connection failed too often in use")
  static final class BreakerOpened extends PoolFlightEvent {
    @Label("Connection")
    @Description("0: the breaker is the endpoint's")
    long connection;

    @Label("Cause")
    @Nullable String cause;
  }

  @Name("dev.weir.pool.BreakerClosed")
  @Label("Breaker Closed")
  @Description("The endpoint (connection 0) is back; lasted: since the first failure, the cause")
  static final class BreakerClosed extends PoolFlightEvent {
    @Label("Connection")
    @Description("0: the breaker is the endpoint's")
    long connection;

    @Label("Cause")
    @Nullable String cause;

    @Label("Lasted")
    @Timespan
    long lasted;
  }
}
