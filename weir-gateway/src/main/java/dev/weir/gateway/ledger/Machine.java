package dev.weir.gateway.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.weir.gateway.ledger.Reading.Use;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what this process may use of its machine, and what is in use, from {@code /proc} (proc(5))
 * and from the control groups that it is in, of version 2 or 1. Of several limits on one thing, the
 * one that is nearest counts. What cannot be read is unknown, and unknown limits refuse nobody.
 *
 * <p>Stateless. A reading takes some system calls, and a list of the open descriptors: to be done
 * once a second, not once a call.
 */
public final class Machine {
  /** The user's own processes are counted only when those of all users come near the limit. */
  private static final int NEAR = 2;

  private static final int PIECE = 8192;
  private static final String ROOT_USER = "0";

  private final Path proc;
  private final Path cgroups;
  private final Supplier<@Nullable Use> otherDescriptors;
  private final Supplier<@Nullable Use> heap;

  /**
   * @param otherDescriptors asked where there is no {@code /proc}
   */
  Machine(Path root, Supplier<@Nullable Use> otherDescriptors, Supplier<@Nullable Use> heap) {
    this.proc = root.resolve("proc");
    this.cgroups = root.resolve("sys/fs/cgroup");
    this.otherDescriptors = otherDescriptors;
    this.heap = heap;
  }

  /** The one that this JVM runs on. */
  public static Machine here() {
    return new Machine(Path.of("/"), Machine::descriptorsOfJvm, JvmHeap::read);
  }

  private static @Nullable Use descriptorsOfJvm() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? new Use(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount())
        : null;
  }

  /** What is in use now. */
  public Reading read() {
    Map<Resource, Use> uses = new EnumMap<>(Resource.class);
    List<Path> groups = groups();
    put(uses, Resource.DESCRIPTORS, descriptors());
    put(uses, Resource.PROCESSES, processes(groups));
    put(uses, Resource.MEMORY, memory(groups));
    put(uses, Resource.HEAP, heap.get());
    return new Reading(uses);
  }

  private static void put(Map<Resource, Use> uses, Resource resource, @Nullable Use use) {
    if (use != null && use.used() >= 0 && use.limit() > 0) {
      uses.put(resource, use);
    }
  }

  private @Nullable Use descriptors() {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.resolve("self/fd"))) {
      long count = 0;
      for (var _ : open) {
        count++;
      }
      Long limit = limit("Max open files");
      return limit == null ? null : new Use(count, limit);
    } catch (IOException | DirectoryIteratorException e) {
      return otherDescriptors.get();
    }
  }

  /** A soft limit of this process; null when there is none. */
  private @Nullable Long limit(String name) {
    for (String line : lines(proc.resolve("self/limits"))) {
      if (line.startsWith(name)) {
        return number(line.substring(name.length()).strip().split("\\s+", 2)[0]);
      }
    }
    return null;
  }

  private @Nullable Use processes(List<Path> groups) {
    List<Use> uses = new ArrayList<>();
    Long all = tasksOfMachine();
    if (all != null) {
      add(uses, all, number(text(proc.resolve("sys/kernel/pid_max"))));
      add(uses, all, number(text(proc.resolve("sys/kernel/threads-max"))));
      Long limit = limit("Max processes");
      String user = field(proc.resolve("self/status"), "Uid:");
      // The limit does not hold for the superuser: setrlimit(2), RLIMIT_NPROC.
      if (limit != null && user != null && !user.equals(ROOT_USER) && all >= limit / NEAR) {
        add(uses, tasksOf(user), limit);
      }
    }
    for (Path group : groups) {
      add(
          uses,
          number(text(group.resolve("pids.current"))),
          number(text(group.resolve("pids.max"))));
    }
    return nearest(uses);
  }

  /** Processes and threads: proc_loadavg(5), fourth field. */
  private @Nullable Long tasksOfMachine() {
    String[] fields = text(proc.resolve("loadavg")).split("\\s+");
    return fields.length < 4 ? null : number(fields[3].substring(fields[3].indexOf('/') + 1));
  }

  private @Nullable Long tasksOf(String user) {
    long tasks = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        Path status = process.resolve("status");
        if (user.equals(field(status, "Uid:"))) {
          Long threads = number(String.valueOf(field(status, "Threads:")));
          tasks += threads == null ? 1 : threads;
        }
      }
      return tasks;
    } catch (IOException | DirectoryIteratorException e) {
      return null;
    }
  }

  private @Nullable Use memory(List<Path> groups) {
    List<Use> uses = new ArrayList<>();
    Long total = kibibytes("MemTotal:");
    Long available = kibibytes("MemAvailable:");
    if (total != null && available != null) {
      add(uses, total - available, total);
    }
    for (Path group : groups) {
      addMemory(uses, group, "memory.current", "memory.max", "");
      // Of version 1. What is not limited has a limit that is never near.
      addMemory(uses, group, "memory.usage_in_bytes", "memory.limit_in_bytes", "total_");
    }
    return nearest(uses);
  }

  private static void addMemory(
      List<Use> uses, Path group, String used, String limit, String ofAllBelow) {
    Long current = number(text(group.resolve(used)));
    if (current != null) {
      long cache = fileCache(group, ofAllBelow);
      add(uses, current - cache, number(text(group.resolve(limit))));
    }
  }

  private @Nullable Long kibibytes(String name) {
    String value = field(proc.resolve("meminfo"), name);
    Long number = value == null ? null : number(value);
    return number == null ? null : number * 1024;
  }

  /** Counted as in use, but given back by the kernel before it kills anybody. */
  private static long fileCache(Path group, String ofAllBelow) {
    long cache = 0;
    for (String name : new String[] {"inactive_file ", "active_file "}) {
      String value = field(group.resolve("memory.stat"), ofAllBelow + name);
      Long bytes = value == null ? null : number(value);
      cache += bytes == null ? 0 : bytes;
    }
    return cache;
  }

  /**
   * The control groups of this process and those around them: cgroups(7). Version 2 has one tree
   * for everything, version 1 one for each controller. In a container the file may name groups that
   * are only seen from outside; what is mounted is then the container's own.
   */
  private List<Path> groups() {
    List<Path> found = new ArrayList<>();
    for (String line : lines(proc.resolve("self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[2].startsWith("/")) {
        for (String controller : parts[1].split(",", -1)) {
          Path root = cgroups.resolve(controller);
          @Nullable Path group = root.resolve(parts[2].substring(1)).normalize();
          while (group != null && group.startsWith(root)) {
            found.add(group);
            group = group.getParent();
          }
        }
      }
    }
    return found;
  }

  private static void add(List<Use> uses, @Nullable Long used, @Nullable Long limit) {
    if (used != null && limit != null && limit > 0) {
      uses.add(new Use(Math.max(0, used), limit));
    }
  }

  private static @Nullable Use nearest(List<Use> uses) {
    return uses.stream().max(Comparator.comparingDouble(Use::part)).orElse(null);
  }

  /** The first word of what follows a name; null when there is no such line. */
  private static @Nullable String field(Path file, String name) {
    for (String line : lines(file)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip().split("\\s+", 2)[0];
      }
    }
    return null;
  }

  private static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  /** In large pieces: those under {@code /proc/sys} end after the first, however small it was. */
  private static String text(Path file) {
    try (var in = new FileInputStream(file.toFile())) {
      var text = new ByteArrayOutputStream();
      byte[] piece = new byte[PIECE];
      for (int read = in.read(piece); read > 0; read = in.read(piece)) {
        text.write(piece, 0, read);
      }
      return text.toString(ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Null for what is no number: {@code max}, {@code unlimited}, nothing. */
  private static @Nullable Long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
