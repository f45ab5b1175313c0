package dev.weir.jdbc.view;

import dev.weir.jdbc.bouncer.PgBouncerConsole;
import dev.weir.jdbc.bouncer.PgBouncerSnapshot;
import dev.weir.jdbc.view.Alert.Kind;
import dev.weir.jdbc.view.DatabaseHealth.Status;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Looks regularly at what PostgreSQL, and PgBouncer where there is one, say about their
 * connections, and warns.
 *
 * <pre>{@code
 * try (DatabaseView view = DatabaseView.builder("orders", dataSource).start()) {
 *   DatabaseHealth health = view.health();
 * }
 * }</pre>
 *
 * <p>One daemon thread looks, the first time at once; a look begins {@link ViewOptions#interval}
 * after the one before ended, so that they never pile up on a database that is slow. Each takes a
 * connection of the data source and gives it back. A look that fails raises an alert and changes
 * nothing else: the next one tries again. The data source's own wait for a connection should be
 * bounded; while a look is overdue, {@link #health} says {@link Status#DOWN}.
 *
 * <p>The data source should lead straight to PostgreSQL, and its user be in {@code pg_monitor}: see
 * {@link DatabaseSessions}.
 *
 * <p>Thread-safe.
 */
public final class DatabaseView implements AutoCloseable {
  private final String name;
  private final ViewOptions options;
  private final ActivityQuery activity;
  private final @Nullable PgBouncerConsole console;
  private final List<DatabaseViewListener> listeners;
  private final Alerts alerts = new Alerts();
  private final ScheduledThreadPoolExecutor thread;
  private volatile @Nullable DatabaseLook latest;
  private final LongSupplier nanoTime;
  private volatile long lastLookEnded;

  private DatabaseView(Builder builder) {
    name = builder.name;
    options = builder.options;
    activity = new ActivityQuery(builder.database, options.queryTimeout());
    console = builder.console;
    listeners = List.copyOf(builder.listeners);
    nanoTime = builder.nanoTime;
    lastLookEnded = nanoTime.getAsLong();
    thread = new ScheduledThreadPoolExecutor(1, builder.threads);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * A view that {@link Builder#start} starts.
   *
   * @param name tells the database from others, in metrics and health
   */
  public static Builder builder(String name, DataSource database) {
    return new Builder(name, database);
  }

  /** What a view is made of. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final DataSource database;
    private final List<DatabaseViewListener> listeners = new ArrayList<>();
    private ViewOptions options = ViewOptions.defaults();
    private @Nullable PgBouncerConsole console;
    private ThreadFactory threads;
    private LongSupplier nanoTime = System::nanoTime;

    private Builder(String name, DataSource database) {
      this.name = name;
      this.database = database;
      this.threads =
          task -> {
            Thread made = new Thread(task, "weir-database-view-" + name);
            made.setDaemon(true);
            return made;
          };
    }

    /** How often it looks and beyond what it warns. */
    public Builder options(ViewOptions options) {
      this.options = options;
      return this;
    }

    /** Looks at this console, too. */
    public Builder pgBouncer(PgBouncerConsole console) {
      this.console = console;
      return this;
    }

    /** Tells this one, too. */
    public Builder listener(DatabaseViewListener listener) {
      listeners.add(listener);
      return this;
    }

    /** Makes the thread, instead of a daemon thread of the platform. */
    public Builder threads(ThreadFactory threads) {
      this.threads = threads;
      return this;
    }

    /** Tells how long a look takes. */
    Builder nanoTime(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      return this;
    }

    /** Starts to look. */
    public DatabaseView start() {
      DatabaseView view = new DatabaseView(this);
      view.thread.scheduleWithFixedDelay(
          view::look, 0, view.options.interval().toMillis(), TimeUnit.MILLISECONDS);
      return view;
    }
  }

  /** Which database, as the builder was told. */
  public String name() {
    return name;
  }

  /** How often it looks and beyond what it warns. */
  public ViewOptions options() {
    return options;
  }

  /** Whether it has a console to look at. */
  boolean looksAtPgBouncer() {
    return console != null;
  }

  /** What the last look brought; empty before the first has ended. */
  public Optional<DatabaseLook> latest() {
    return Optional.ofNullable(latest);
  }

  /** What to make of it. Never blocks. */
  public DatabaseHealth health() {
    DatabaseLook look = latest;
    List<Alert> standing = alerts.now();
    Duration since = Duration.ofNanos(nanoTime.getAsLong() - lastLookEnded);
    if (!thread.isShutdown() && since.compareTo(patience()) > 0) {
      return new DatabaseHealth(
          Status.DOWN,
          standing,
          name + ": no look has ended for " + since.toSeconds() + " s; the last hangs");
    }
    if (look == null) {
      return new DatabaseHealth(Status.UNKNOWN, standing, name + ": the first look has not ended");
    }
    String about =
        name
            + ": "
            + (standing.isEmpty()
                ? "ok"
                : standing.stream().map(Alert::toString).collect(Collectors.joining("; ")));
    boolean down = standing.stream().anyMatch(alert -> alert.kind() == Kind.DATABASE_UNREACHABLE);
    Status status = down ? Status.DOWN : standing.isEmpty() ? Status.OK : Status.WARNING;
    return new DatabaseHealth(status, standing, about);
  }

  /** How often this threshold was passed since the start; while it stays passed, that is once. */
  public long raised(Kind kind) {
    return alerts.raised(kind);
  }

  /**
   * Begins no look any more and returns at once; the console stays open for whoever made it. One
   * under way ends within its time limits. What was seen last stays readable. Closing twice does
   * nothing.
   */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** Twice what a look may take, and the pause before it. */
  private Duration patience() {
    return options.interval().plus(options.queryTimeout().multipliedBy(2)).plusSeconds(20);
  }

  /** Nothing may be thrown: the executor would never look again. */
  private void look() {
    try {
      DatabaseLook look = takeLook();
      if (thread.isShutdown()) {
        return; // closing may be what made it fail
      }
      Alerts.Change change = alerts.update(Thresholds.of(look, options), look.at());
      latest = look;
      lastLookEnded = nanoTime.getAsLong();
      tell(listener -> listener.looked(look));
      change.raised().forEach(alert -> tell(listener -> listener.raised(alert)));
      change.ended().forEach(alert -> tell(listener -> listener.ended(alert)));
    } catch (Throwable fault) {
      report(fault);
    }
  }

  private DatabaseLook takeLook() {
    DatabaseSessions sessions = null;
    String failure = null;
    try {
      sessions = activity.ask();
    } catch (SQLException | RuntimeException e) {
      failure = message(e);
    }
    PgBouncerSnapshot pgBouncer = null;
    String pgBouncerFailure = null;
    if (console != null) {
      try {
        pgBouncer = console.snapshot();
      } catch (SQLException | RuntimeException e) {
        pgBouncerFailure = message(e);
      }
    }
    return new DatabaseLook(Instant.now(), sessions, failure, pgBouncer, pgBouncerFailure);
  }

  private static String message(Exception e) {
    // Servers answer in several lines; health is one.
    return e.getMessage() == null
        ? e.getClass().getName()
        : e.getMessage().strip().replaceAll("\\s+", " ");
  }

  private void tell(Consumer<DatabaseViewListener> what) {
    for (DatabaseViewListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable fault) {
        report(fault);
      }
    }
  }

  private static void report(Throwable fault) {
    Thread current = Thread.currentThread();
    current.getUncaughtExceptionHandler().uncaughtException(current, fault);
  }
}
