package dev.weir.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a figure was measured on.
 *
 * @param cpu the model's name
 * @param cores what the JVM may use
 * @param memoryGib all of the machine's
 * @param jdk vendor and version
 * @param kernel name and version
 * @param load runnable threads at the start, averaged over a minute; negative when unknown
 */
public record Machine(
    String cpu, int cores, long memoryGib, String jdk, String kernel, double load) {

  /** This machine, now. */
  public static Machine now() {
    long memory = 0;
    var system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof com.sun.management.OperatingSystemMXBean detailed) {
      memory = Math.round(detailed.getTotalMemorySize() / (double) (1 << 30));
    }
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("java.vendor.version", System.getProperty("java.vendor"))
            + " ("
            + Runtime.version()
            + ")",
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        system.getSystemLoadAverage());
  }

  /** One line for the head of a page. */
  public String describe() {
    return "%s, %d cores, %d GiB, JDK %s, %s; load at the start %s"
        .formatted(cpu, cores, memoryGib, jdk, kernel, load < 0 ? "unknown" : Figures.plain(load));
  }

  /** For raw data. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cpu", cpu);
    map.put("cores", cores);
    map.put("memoryGib", memoryGib);
    map.put("jdk", jdk);
    map.put("kernel", kernel);
    map.put("loadAtStart", load);
    return map;
  }

  private static String cpuModel() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux: the architecture has to do.
    }
    return System.getProperty("os.arch");
  }
}
