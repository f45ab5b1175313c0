package dev.weir.pool.internal;

import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.EndpointDownException;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.TooManyWaitersException;
import dev.weir.pool.internal.open.EndpointState;
import dev.weir.pool.internal.open.OpenFailure;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Outage;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.WaitLine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Words for what went wrong: the pool, its counts, and why nothing was opened. */
final class Complaints<C> {
  private final String name;
  private final SlotTable<C> table;
  private final WaitLine<C> line;
  private final Clock clock;
  private final PoolMode mode;
  private final Opener<C> opener;

  Complaints(Parts<C> parts, PoolMode mode, WaitLine<C> line, Opener<C> opener) {
    name = parts.name();
    table = parts.table();
    clock = parts.clock();
    this.line = line;
    this.mode = mode;
    this.opener = opener;
  }

  AcquireTimeoutException timedOut(Duration timeout) {
    OpenFailure failure = opener.lastFailure();
    String counts = held() + waiting() + opening();
    return new AcquireTimeoutException(
        pool() + "no connection within " + span(timeout) + " (" + counts + why(failure) + ")",
        failure == null ? null : failure.cause());
  }

  TooManyWaitersException tooMany(int maxWaiters) {
    return new TooManyWaitersException(
        pool()
            + "refused at once, "
            + line.waiting()
            + " callers wait already (max-waiters "
            + maxWaiters
            + "; "
            + held()
            + ")",
        null);
  }

  /** In the words of that moment: the state may be another by now. */
  EndpointDownException endpointDown(EndpointState seen) {
    Outage outage = seen.outage();
    if (outage == null) {
      return new EndpointDownException(pool() + "no connection, and opening was given up", null);
    }
    String tries = outage.tries() == 1 ? "one try" : outage.tries() + " tries";
    String what =
        seen instanceof EndpointState.Up
            ? "no connection, and opening was given up after " + tries
            : "endpoint down for " + since(outage.since()) + ", " + tries + " failed" + next(seen);
    return new EndpointDownException(pool() + what + ": " + reason(outage.cause()), outage.cause());
  }

  private String next(EndpointState seen) {
    return seen instanceof EndpointState.Down down
        ? ", next probe in " + span(Duration.ofNanos(Math.max(0, down.nextProbe() - clock.nanos())))
        : ", a probe is under way";
  }

  PoolClosedException closed() {
    return new PoolClosedException(
        pool() + (mode.isDraining() ? "being drained, lends no more" : "closed"), null);
  }

  private String pool() {
    return "pool \"" + name + "\": ";
  }

  private String held() {
    return table.count(Phase.LEASED) + " leased, " + table.count(Phase.IDLE) + " idle";
  }

  private String waiting() {
    return ", " + line.waiting() + " waiting";
  }

  private String opening() {
    int opening = table.count(Phase.OPENING);
    int checking = table.count(Phase.CHECKING);
    return (opening == 0 ? "" : ", " + opening + " opening")
        + (checking == 0 ? "" : ", " + checking + " being checked");
  }

  private String why(@Nullable OpenFailure failure) {
    if (failure == null) {
      return "";
    }
    return "; last open failed " + since(failure.at()) + " ago: " + reason(failure.cause());
  }

  private String since(long moment) {
    return span(Duration.ofNanos(Math.max(0, clock.nanos() - moment)));
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static String span(Duration span) {
    long millis = span.toMillis();
    boolean inSeconds = millis >= 10_000 || (millis >= 1000 && millis % 1000 == 0);
    return inSeconds ? millis / 1000 + " s" : millis + " ms";
  }
}
