package dev.weir.gateway.doctor;

import com.sun.management.OperatingSystemMXBean;
import dev.weir.mcp.Transports;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JVM, the programs that Weir uses, the clock, a container's limits, and what was left behind.
 */
final class MachineChecks {
  /** The rest is for what is no heap, and for the processes of upstreams. */
  private static final double MOST_HEAP = 0.8;

  private static final int NAMED = 5;

  private final Clock clock;

  MachineChecks(Clock clock) {
    this.clock = clock;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(
        program(
            "setsid",
            "processes of servers cannot be put into groups of their own, so what a server starts"
                + " may outlive it",
            "install it; on Debian: apt-get install util-linux"));
    findings.add(
        program(
            "sh",
            "nothing ends the processes of servers when the gateway is killed",
            "put one on the PATH"));
    findings.add(clock());
    findings.add(container());
    findings.add(orphans(Transports.orphans()));
    return findings;
  }

  private static Finding java() {
    Runtime.Version version = Runtime.version();
    String state = version + ", " + System.getProperty("java.vendor", "vendor unknown");
    return version.pre().isPresent()
        ? Finding.warning("Java", state + ", not a release", "use a release of JDK 25")
        : Finding.ok("Java", state);
  }

  private static Finding program(String name, String without, String next) {
    return Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
        .map(place -> Path.of(place).resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(file -> Finding.ok(name, file.toString()))
        .orElseGet(() -> Finding.warning(name, "not on the PATH: " + without, next));
  }

  /** It cannot be earlier than the JDK that it runs on was made. */
  private Finding clock() {
    String now = clock.instant().toString();
    String made = System.getProperty("java.version.date", "");
    try {
      if (clock
          .instant()
          .isBefore(LocalDate.parse(made).atStartOfDay().toInstant(ZoneOffset.UTC))) {
        return Finding.problem(
            "clock",
            now + " is earlier than the day on which this Java was made, " + made,
            "set it, by NTP for example; certificates look as if they were not valid yet");
      }
    } catch (DateTimeException e) {
      // Then there is nothing to compare with.
    }
    return Finding.ok("clock", now);
  }

  /** What the JVM may have, which knows of control groups, beside what the machine has. */
  private static Finding container() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os)) {
      return Finding.ok("container", "not told");
    }
    long memory = os.getTotalMemorySize();
    long heap = Runtime.getRuntime().maxMemory();
    String cores = Runtime.getRuntime().availableProcessors() + " cores";
    boolean limited = machineMemory().filter(all -> memory < all).isPresent();
    String state =
        (limited ? "limited to " : "none; the machine has ") + mebibytes(memory) + ", " + cores;
    return heap > MOST_HEAP * memory
        ? Finding.warning(
            "container",
            state + "; the heap alone may take " + mebibytes(heap),
            "lower -Xmx in WEIR_JAVA_OPTS, or leave it out")
        : Finding.ok("container", state);
  }

  private static Optional<Long> machineMemory() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemTotal:"))
          .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }

  /** Their programs alone: arguments may hold secrets. */
  static Finding orphans(List<ProcessHandle> orphans) {
    if (orphans.isEmpty()) {
      return Finding.ok("orphans", "no process is left of a gateway that is no more");
    }
    String named =
        orphans.stream()
            .limit(NAMED)
            .map(process -> process.pid() + " " + process.info().command().orElse("?"))
            .collect(Collectors.joining(", "));
    return Finding.warning(
        "orphans",
        orphans.size()
            + " left of a gateway that is no more: "
            + named
            + (orphans.size() > NAMED ? ", …" : ""),
        "start weir serve, which ends them");
  }
}
