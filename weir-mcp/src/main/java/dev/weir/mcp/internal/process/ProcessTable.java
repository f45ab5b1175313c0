package dev.weir.mcp.internal.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Linux tells of processes beyond {@link ProcessHandle}: their session, their environment and
 * whether they are only waiting to be reaped. Elsewhere it tells nothing.
 */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  /** Fifty-two numbers and a short name; the kernel gives all of it at once. */
  private static final int LONGEST_STAT = 1024;

  private ProcessTable() {}

  /**
   * Processes of this session, and those that carry the mark in their environment; of those alone
   * that are not older than {@code since}, a {@link #start}.
   */
  static Set<ProcessHandle> find(long session, String mark, long since) {
    Set<ProcessHandle> found = new HashSet<>();
    String entry = "\0" + Spawner.MARK + "=" + mark + "\0";
    for (long pid : pids()) {
      stat(pid)
          .filter(stat -> stat.start >= since)
          .filter(stat -> stat.session == session || environment(pid).contains(entry))
          .flatMap(_ -> ProcessHandle.of(pid))
          .ifPresent(found::add);
    }
    return found;
  }

  /** Every process that carries a mark in its environment, with its mark. */
  static Map<ProcessHandle, String> marked() {
    Map<ProcessHandle, String> found = new HashMap<>();
    String entry = "\0" + Spawner.MARK + "=";
    for (long pid : pids()) {
      String environment = environment(pid);
      int mark = environment.indexOf(entry) + entry.length();
      int end = environment.indexOf('\0', mark);
      if (mark >= entry.length() && end > mark) {
        ProcessHandle.of(pid)
            .ifPresent(handle -> found.put(handle, environment.substring(mark, end)));
      }
    }
    return found;
  }

  /** When a process was started, in a unit of the system's; zero when nothing tells. */
  static long start(long pid) {
    return stat(pid).map(Stat::start).orElse(0L);
  }

  /** Alive, and not a zombie whose parent never asks for it. */
  static boolean isRunning(ProcessHandle process) {
    return process.isAlive()
        && stat(process.pid()).map(stat -> "ZX".indexOf(stat.state) < 0).orElse(true);
  }

  /** The resident set, in bytes; zero when nothing tells. */
  static long memory(ProcessHandle process) {
    try {
      Path rollup = PROC.resolve(process.pid() + "/status");
      for (String line : Files.readAllLines(rollup, ISO_8859_1)) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException | NumberFormatException _) {
      // gone, or no /proc here
    }
    return 0;
  }

  /** Of all processes; none where there is no such table. */
  private static long[] pids() {
    String[] names = PROC.toFile().list();
    return names == null
        ? new long[0]
        : Stream.of(names)
            .filter(name -> Character.isDigit(name.charAt(0)))
            .mapToLong(Long::parseLong)
            .toArray();
  }

  private record Stat(char state, long session, long start) {}

  /** The name, the second field, may hold spaces and parentheses. */
  private static Optional<Stat> stat(long pid) {
    byte[] line = new byte[LONGEST_STAT];
    try (var file = new FileInputStream(PROC + "/" + pid + "/stat")) {
      String text = new String(line, 0, Math.max(0, file.read(line)), ISO_8859_1);
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(
          new Stat(fields[0].charAt(0), Long.parseLong(fields[3]), Long.parseLong(fields[19])));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException _) {
      return Optional.empty(); // gone, or no /proc here
    }
  }

  private static String environment(long pid) {
    try {
      return "\0" + Files.readString(PROC.resolve(pid + "/environ"), ISO_8859_1);
    } catch (IOException _) {
      return ""; // of another user, or gone
    }
  }
}
