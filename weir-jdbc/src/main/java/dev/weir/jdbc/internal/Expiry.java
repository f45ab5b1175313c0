package dev.weir.jdbc.internal;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time limit of one transaction. RUNNING becomes ENDED, by the thread of the transaction, or
 * EXPIRED, by the timer, through one compare-and-set: so a transaction that has ended is never
 * cancelled, and the connection of one that has expired is never used again, which is why a late
 * cancel can hit nobody else.
 *
 * <p>When the time is up, what runs is cancelled; if that does not help within a second, the
 * connection is cut. What is begun later is refused.
 */
final class Expiry {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final Duration limit;
  private final LeasedConnection connection;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private volatile boolean over;
  private volatile @Nullable Statement running;
  private @Nullable Future<?> alarm;

  private enum State {
    RUNNING,
    ENDED,
    EXPIRED
  }

  private Expiry(LeasedConnection connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, task -> daemon("weir-jdbc-timer", task));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Starts the clock; a limit of zero never ends. */
  static Expiry start(LeasedConnection connection, Duration limit) {
    Expiry expiry = new Expiry(connection, limit);
    connection.expireBy(expiry);
    if (!limit.isZero()) {
      expiry.alarm = TIMER.schedule(expiry::expire, limit.toNanos(), TimeUnit.NANOSECONDS);
    }
    return expiry;
  }

  /** Told before the driver executes anything. */
  void starting(@Nullable Statement statement) throws SQLException {
    running = statement;
    check();
  }

  /** Throws when the time is up. */
  void check() throws SQLException {
    if (isExpired()) {
      throw timeIsUp(null);
    }
  }

  boolean isExpired() {
    return state.get() == State.EXPIRED;
  }

  /** What the caller of an expired transaction gets. */
  SQLTimeoutException timeIsUp(@Nullable Throwable cause) {
    return new SQLTimeoutException(
        "the transaction was rolled back: it took longer than " + limit.toMillis() + " ms",
        SqlStates.TIME_IS_UP,
        cause);
  }

  /** Ends the watch; false: the time was up before. */
  boolean end() {
    over = true;
    if (alarm != null) {
      alarm.cancel(false);
    }
    return state.compareAndSet(State.RUNNING, State.ENDED);
  }

  private void expire() {
    if (state.compareAndSet(State.RUNNING, State.EXPIRED)) {
      TIMER.schedule(this::cutIfNeeded, GRACE.toNanos(), TimeUnit.NANOSECONDS);
      // A thread of its own: a driver may connect anew to cancel, and take long.
      daemon("weir-jdbc-cancel", this::cancel).start();
    }
  }

  private void cancel() {
    Statement late = running;
    if (late != null && !over) {
      try {
        late.cancel();
      } catch (SQLException | RuntimeException e) {
        // Then the connection is cut.
      }
    }
  }

  private void cutIfNeeded() {
    if (!over) {
      daemon("weir-jdbc-cut", connection::cut).start();
    }
  }
}
