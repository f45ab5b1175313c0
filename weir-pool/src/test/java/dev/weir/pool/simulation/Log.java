package dev.weir.pool.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/** What happened: the last lines for whoever has to understand a failure, and a hash of all. */
final class Log {
  private static final int KEPT = 250;

  private final Deque<String> last = new ArrayDeque<>();
  private long hash;

  void say(long micros, String line) {
    String full = micros + " µs  " + line;
    hash = hash * 31 + full.hashCode();
    last.add(full);
    if (last.size() > KEPT) {
      last.remove();
    }
  }

  /** Two histories with the same hash are the same. */
  long hash() {
    return hash;
  }

  @Override
  public String toString() {
    return String.join("\n", last);
  }
}
