package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Processor time that a virtual machine wanted and its hypervisor gave to others, which Linux
 * counts as "steal" in {@code /proc/stat} (proc_stat(5)): while that lasts everything stands still,
 * whatever is being measured.
 */
public final class StolenTime {
  private static final Path STAT = Path.of("/proc/stat");
  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STEAL = 7;

  private final long[] before;

  private StolenTime(long[] before) {
    this.before = before;
  }

  /** From now on. */
  public static StolenTime begin() {
    return new StolenTime(now());
  }

  /** The part of the wanted time since then that was not given; zero where nobody counts it. */
  public double share() {
    return share(before, now());
  }

  static double share(long[] before, long[] after) {
    long wanted = 0;
    for (int kind = 0; kind <= STEAL; kind++) {
      if (kind != IDLE && kind != WAITING) {
        wanted += after[kind] - before[kind];
      }
    }
    return wanted <= 0 ? 0 : (double) (after[STEAL] - before[STEAL]) / wanted;
  }

  private static long[] now() {
    try {
      return read(Files.readAllLines(STAT));
    } catch (IOException e) {
      return new long[STEAL + 1]; // not Linux
    }
  }

  /** The time of all processors by kind, in the order of the file. */
  static long[] read(List<String> stat) {
    for (String line : stat) {
      if (line.startsWith("cpu ")) {
        String[] fields = line.substring(4).strip().split(" +");
        return Arrays.copyOf(Arrays.stream(fields).mapToLong(Long::parseLong).toArray(), STEAL + 1);
      }
    }
    return new long[STEAL + 1];
  }
}
