package dev.weir.mcp.internal.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Linux tells of processes beyond {@link ProcessHandle}: their session, their environment and
 * whether they are only waiting to be reaped. Elsewhere it tells nothing.
 */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  private ProcessTable() {}

  /** Processes of this session, and those that carry the mark in their environment. */
  static Set<ProcessHandle> find(long session, String mark) {
    Set<ProcessHandle> found = new HashSet<>();
    byte[] entry = ("\0" + Spawner.MARK + "=" + mark + "\0").getBytes(ISO_8859_1);
    String text = new String(entry, ISO_8859_1);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        long pid = Long.parseLong(process.getFileName().toString());
        if (sessionOf(pid) == session || environment(process).contains(text)) {
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException _) {
      // no /proc here
    }
    return found;
  }

  /** Every process that carries a mark in its environment, with its mark. */
  static Map<ProcessHandle, String> marked() {
    Map<ProcessHandle, String> found = new HashMap<>();
    String entry = "\0" + Spawner.MARK + "=";
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        String environment = environment(process);
        int mark = environment.indexOf(entry) + entry.length();
        int end = environment.indexOf('\0', mark);
        if (mark >= entry.length() && end > mark) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
              .ifPresent(handle -> found.put(handle, environment.substring(mark, end)));
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException _) {
      // no /proc here
    }
    return found;
  }

  /** Alive, and not a zombie whose parent never asks for it. */
  static boolean isRunning(ProcessHandle process) {
    return process.isAlive()
        && stat(process.pid()).map(stat -> "ZX".indexOf(stat[0].charAt(0)) < 0).orElse(true);
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

  private static long sessionOf(long pid) {
    return stat(pid).map(stat -> Long.parseLong(stat[3])).orElse(-1L);
  }

  /** State, parent, group and session. The name before them may hold spaces and parentheses. */
  private static Optional<String[]> stat(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"), ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5));
    } catch (IOException | IndexOutOfBoundsException _) {
      return Optional.empty();
    }
  }

  private static String environment(Path process) {
    try {
      return "\0" + Files.readString(process.resolve("environ"), ISO_8859_1);
    } catch (IOException _) {
      return ""; // of another user, or gone
    }
  }
}
