package dev.weir.pool;

import java.time.Duration;
import java.util.List;

/**
 * How a drain ended.
 *
 * @param complete whether every lease ended and nobody was left waiting
 * @param took how long the drain waited
 * @param stillLeased the connections that did not come back, each with its {@linkplain
 *     ConnectionInfo#holder() holder}
 * @param holders who holds them, since when and, with {@code leakThreshold} set, with the stack
 *     that took the lease; the oldest lease first. See {@link PoolSnapshot#holders}
 * @param stillWaiting callers left in the line
 */
public record DrainReport(
    boolean complete,
    Duration took,
    List<ConnectionInfo> stillLeased,
    List<LeaseHolder> holders,
    int stillWaiting) {
  public DrainReport {
    stillLeased = List.copyOf(stillLeased);
    holders = List.copyOf(holders);
  }

  /** For a log: one line, and who still holds what below it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(complete ? "drained" : "not drained").append(" after ").append(Text.span(took));
    text.append(": ").append(stillLeased.size()).append(" still leased, ");
    text.append(stillWaiting).append(" still waiting");
    Text.list(text, "held:", holders);
    return text.toString();
  }
}
