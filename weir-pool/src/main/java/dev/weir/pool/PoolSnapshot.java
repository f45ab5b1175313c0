package dev.weir.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pool is doing at one moment: who holds, who waits, what is being opened, and why not more.
 * For a log, print it. The parts are looked at one after the other while the pool works, so two of
 * them may differ by what happened meanwhile.
 *
 * <p>Of a connection it tells no more than {@link ConnectionFactory#attributes} does; stacks are
 * names of classes and methods; the failure is the factory's own.
 *
 * @param pool the name of the pool
 * @param at when it was taken
 * @param mode what the pool does with callers
 * @param stats the numbers
 * @param connections every connection, in no order
 * @param holders the leases that are out, the oldest first. Of a connection with several leases
 *     only the latest is known, and that only until one of them ends, unless {@code leakThreshold}
 *     is set
 * @param waiters who waits, who is next first
 * @param opens connections being opened
 * @param whyNoMore a sentence that says why no more are being opened right now
 * @param lastFailedOpen the last try to open that failed, if none has succeeded since
 */
public record PoolSnapshot(
    String pool,
    Instant at,
    Mode mode,
    PoolStats stats,
    List<ConnectionInfo> connections,
    List<LeaseHolder> holders,
    List<Waiter> waiters,
    List<Opening> opens,
    String whyNoMore,
    @Nullable FailedOpen lastFailedOpen) {

  public PoolSnapshot {
    connections = List.copyOf(connections);
    holders = List.copyOf(holders);
    waiters = List.copyOf(waiters);
    opens = List.copyOf(opens);
  }

  /** What a pool does with callers. In this order, and only suspending can be undone. */
  public enum Mode {
    /** Lends. */
    OPEN,
    /** Lends nothing for now: {@link Pool#suspend}. */
    SUSPENDED,
    /** Lends only to those who waited already: {@link Pool#drain}. */
    DRAINING,
    /** Over: {@link Pool#close}. */
    CLOSED
  }

  /**
   * A caller in the line.
   *
   * @param thread the name of the thread that asked
   * @param threadId its id
   * @param waited for how long
   * @param async whether it asked asynchronously, and does something else meanwhile
   */
  public record Waiter(String thread, long threadId, Duration waited, boolean async) {
    @Override
    public String toString() {
      return Text.thread(thread, threadId)
          + " for "
          + Text.span(waited)
          + (async ? ", asynchronously" : "");
    }
  }

  /**
   * A connection being opened.
   *
   * @param attempt the number of the try, from 1; during a pause, of the next one
   * @param runningFor for how long the try has been running; null during a pause
   * @param pausingFor how long the pause before the try still lasts; null while it runs
   */
  public record Opening(int attempt, @Nullable Duration runningFor, @Nullable Duration pausingFor) {
    @Override
    public String toString() {
      return "try "
          + attempt
          + (runningFor == null ? "" : ", running for " + Text.span(runningFor))
          + (pausingFor == null ? "" : ", begins in " + Text.span(pausingFor));
    }
  }

  /** A try to open that failed. */
  public record FailedOpen(Duration ago, Throwable cause) {
    @Override
    public String toString() {
      return Text.span(ago) + " ago: " + cause;
    }
  }

  /** For a log: several lines, the first of which has the numbers. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("pool \"").append(pool).append("\" at ").append(at).append(": ");
    text.append(Options.text(mode)).append(", ");
    text.append(stats.active()).append(" leased, ").append(stats.idle()).append(" idle, ");
    text.append(stats.pending()).append(" waiting, ");
    text.append(stats.opening()).append(" opening; ");
    text.append(stats.size()).append(" of ").append(stats.minSize()).append(" to ");
    text.append(stats.maxSize()).append(" places taken\n");
    text.append("no more opens: ").append(whyNoMore);
    if (lastFailedOpen != null) {
      text.append("\nlast open failed ").append(lastFailedOpen);
    }
    Text.list(text, "held:", holders);
    Text.list(text, "waiting, who is next first:", waiters);
    Text.list(text, "being opened:", opens);
    Text.list(text, "connections:", connections);
    return text.toString();
  }
}
