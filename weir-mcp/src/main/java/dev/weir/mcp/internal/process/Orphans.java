package dev.weir.mcp.internal.process;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Processes whose gateway is gone, however both went: the last resort behind {@link ProcessTree}
 * and {@link DeathGuard}. Each process carries a mark in its environment that says which JVM
 * started it, by process id and start time. Where nothing tells of environments, none is found.
 */
public final class Orphans {
  /** A start time is told in hundredths of a second, counted from a boot time that may shift. */
  private static final Duration SAME_START = Duration.ofSeconds(5);

  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private Orphans() {}

  /** A mark for one tree of this JVM. */
  static String newMark() {
    ProcessHandle self = ProcessHandle.current();
    return self.pid() + "-" + startOf(self).toEpochMilli() + "-" + UUID.randomUUID();
  }

  private static Instant startOf(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  /** Every process that a JVM started which is no more. */
  public static List<ProcessHandle> find() {
    return ProcessTable.marked().entrySet().stream()
        .filter(process -> !process.getKey().equals(ProcessHandle.current()))
        .filter(process -> isOrphan(process.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Ends them: SIGTERM, and SIGKILL two seconds later. Returns how many there were. */
  public static int end() {
    List<ProcessHandle> orphans = find();
    orphans.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + GRACE.toNanos();
    while (orphans.stream().anyMatch(ProcessTable::isRunning) && System.nanoTime() < deadline) {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    orphans.forEach(ProcessHandle::destroyForcibly);
    return orphans.size();
  }

  /** Whether the JVM that made this mark is gone. A mark that it did not make says nothing. */
  private static boolean isOrphan(String mark) {
    String[] parts = mark.split("-", 3);
    try {
      long pid = Long.parseLong(parts[0]);
      Instant start = Instant.ofEpochMilli(Long.parseLong(parts[1]));
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(owner -> Duration.between(startOf(owner), start).abs().compareTo(SAME_START) < 0)
          .isEmpty();
    } catch (ArrayIndexOutOfBoundsException | NumberFormatException _) {
      return false;
    }
  }
}
