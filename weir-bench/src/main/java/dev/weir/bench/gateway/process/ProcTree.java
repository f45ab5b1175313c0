package dev.weir.bench.gateway.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * What Linux tells of processes, by a mark that stands in their environment or on their command
 * line: it outlives parents, groups and sessions. A process that only waits to be reaped is none.
 */
public final class ProcTree {
  private static final Path PROC = Path.of("/proc");

  /** Linux counts processor time for programs in hundredths of a second, on every machine. */
  private static final long TICK_NANOS = 10_000_000;

  private ProcTree() {}

  /** Everything that runs and carries the mark. */
  public static List<ProcessHandle> marked(String mark) {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        if (read(process, "cmdline").contains(mark) || read(process, "environ").contains(mark)) {
          long pid = Long.parseLong(process.getFileName().toString());
          ProcessHandle.of(pid).filter(ProcTree::isRunning).ifPresent(found::add);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // no /proc here: nothing can be told
    }
    return found;
  }

  private static boolean isRunning(ProcessHandle process) {
    String[] stat = stat(process.pid());
    return process.isAlive() && stat.length > 0 && "ZX".indexOf(stat[0].charAt(0)) < 0;
  }

  /**
   * Kills everything that carries the mark, again and again until nothing does, since what forks
   * may be faster.
   */
  public static void kill(String mark) {
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    List<ProcessHandle> left = marked(mark);
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      left.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle process : left) {
        var _ =
            process
                .onExit()
                .completeOnTimeout(process, 100, java.util.concurrent.TimeUnit.MILLISECONDS)
                .join();
      }
      left = marked(mark);
    }
  }

  /** Processor time that a process has used itself. */
  public static Duration cpu(ProcessHandle process) {
    return Duration.ofNanos(ticks(process, 2) * TICK_NANOS);
  }

  /**
   * Processor time that these have used, and those of their children that have ended and were
   * waited for.
   */
  public static Duration cpuOfAll(Collection<ProcessHandle> processes) {
    long ticks = processes.stream().mapToLong(process -> ticks(process, 4)).sum();
    return Duration.ofNanos(ticks * TICK_NANOS);
  }

  /** proc_pid_stat(5): utime, stime, cutime, cstime. */
  private static long ticks(ProcessHandle process, int fields) {
    String[] stat = stat(process.pid());
    return Arrays.stream(stat).skip(11).limit(fields).mapToLong(Long::parseLong).sum();
  }

  /** Resident bytes; what several share is counted for each. */
  public static long resident(Collection<ProcessHandle> processes) {
    return processes.stream().mapToLong(process -> resident(process.pid())).sum();
  }

  private static long resident(long pid) {
    return read(PROC.resolve(Long.toString(pid)), "status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /**
   * What a process has open.
   *
   * @param sockets connections and whatever listens
   * @param pipes ends of pipes
   * @param all these and files
   */
  public record Descriptors(int sockets, int pipes, int all) {}

  /** What this process has open. */
  public static Descriptors descriptors(long pid) {
    int sockets = 0;
    int pipes = 0;
    int all = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path descriptor : open) {
        String target = target(descriptor);
        sockets += target.startsWith("socket:") ? 1 : 0;
        pipes += target.startsWith("pipe:") ? 1 : 0;
        all++;
      }
    } catch (IOException | DirectoryIteratorException _) {
      // gone
    }
    return new Descriptors(sockets, pipes, all);
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException _) {
      return ""; // closed meanwhile
    }
  }

  /** From the state on; empty when the process is gone. The name before may hold spaces. */
  private static String[] stat(long pid) {
    String stat = read(PROC.resolve(Long.toString(pid)), "stat");
    int name = stat.lastIndexOf(')');
    return name < 0 ? new String[0] : stat.substring(name + 2).split(" ");
  }

  private static String read(Path process, String file) {
    try {
      return Files.readString(process.resolve(file), ISO_8859_1);
    } catch (IOException _) {
      return ""; // of another user, or gone
    }
  }
}
