package dev.weir.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One lease that is out, and who took it.
 *
 * @param connection the id that {@link ConnectionInfo} shows
 * @param thread the name of the thread that took the lease or, for an asynchronous acquire, asked
 *     for it; it may have handed the lease on
 * @param threadId the id of that thread
 * @param since when the lease began
 * @param held for how long it has been held
 * @param suspect whether it was reported as a leak
 * @param takenAt the stack that took it, or asked for it, innermost frame first, without the pool's
 *     own; empty unless {@code leakThreshold} is set
 * @param threadNow what the thread is doing; empty unless asked for by {@link
 *     Pool#snapshotWithStacks}, and when the thread has ended
 */
public record LeaseHolder(
    long connection,
    String thread,
    long threadId,
    Instant since,
    Duration held,
    boolean suspect,
    List<StackTraceElement> takenAt,
    List<StackTraceElement> threadNow) {

  public LeaseHolder {
    takenAt = List.copyOf(takenAt);
    threadNow = List.copyOf(threadNow);
  }

  /** For a log: one line, and the stacks below it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("connection ").append(connection).append(", held ").append(Text.span(held));
    text.append(" by ").append(Text.thread(thread, threadId));
    if (suspect) {
      text.append(", suspected leak");
    }
    Text.stack(text, "taken at", takenAt);
    Text.stack(text, "its thread now", threadNow);
    return text.toString();
  }
}
