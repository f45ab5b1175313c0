package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Rounds, in each of which every contender has its turn, in a fresh JVM. The order turns around
 * from round to round, so that a machine that slows down favours nobody.
 */
final class Race {
  private static final List<String> JVM =
      List.of(
          "-Xms512m",
          "-Xmx1g",
          "-XX:+UseG1GC",
          // Or a busy machine, whose compiler threads get no turn, measures the interpreter.
          "-XX:-BackgroundCompilation",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Djmh.ignoreLock=true");

  /**
   * Who runs, and on which class path.
   *
   * @param name in the results
   */
  record Entry(String name, Contender contender, String classPath) {}

  private final List<Entry> entries;
  private final List<Scenario> scenarios;
  private final Plan plan;
  private final PrintWriter log;

  /**
   * How long, how often.
   *
   * @param rounds turns of each contender in the measured scenarios; situations have one in the
   *     first round, since they hardly vary
   * @param warmUp before each window
   * @param window what is counted
   */
  record Plan(int rounds, Duration warmUp, Duration window) {
    static final Plan QUICK = new Plan(1, Duration.ofMillis(200), Duration.ofMillis(500));
    static final Plan FULL = new Plan(3, Duration.ofMillis(500), Duration.ofMillis(1500));

    Plan withRounds(int rounds) {
      return new Plan(rounds, warmUp, window);
    }
  }

  Race(List<Entry> entries, List<Scenario> scenarios, Plan plan, PrintWriter log) {
    this.entries = List.copyOf(entries);
    this.scenarios = List.copyOf(scenarios);
    this.plan = plan;
    this.log = log;
  }

  static Optional<Scenario> scenario(String id) {
    return Arrays.stream(Scenario.values())
        .filter(scenario -> scenario.id().equals(id.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  Samples run() throws IOException, InterruptedException {
    Samples samples = new Samples();
    List<Entry> order = new ArrayList<>(entries);
    for (int round = 1; round <= plan.rounds; round++) {
      log.print("round " + round + " of " + plan.rounds + ":");
      for (Entry entry : order) {
        log.print(" " + entry.name);
        log.flush();
        heat(entry, round, samples);
      }
      log.println();
      Collections.reverse(order);
    }
    return samples;
  }

  private void heat(Entry entry, int round, Samples samples)
      throws IOException, InterruptedException {
    List<String> ids =
        scenarios.stream()
            .filter(scenario -> runs(entry.contender, scenario, round))
            .map(Scenario::id)
            .toList();
    if (ids.isEmpty()) {
      return;
    }
    Path results = Files.createTempFile("weir-bench", ".csv");
    Path output = Files.createTempFile("weir-bench", ".log");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(JVM);
      command.addAll(List.of("-cp", entry.classPath, Heat.class.getName()));
      command.addAll(
          List.of(
              entry.contender.name(),
              results.toString(),
              Long.toString(plan.warmUp.toMillis()),
              Long.toString(plan.window.toMillis())));
      command.addAll(ids);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      long limit = (plan.warmUp.plus(plan.window).toMillis() * 5 + 10_000) * ids.size();
      if (!process.waitFor(limit, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        log.print(" (did not end, stopped)");
      } else if (process.exitValue() != 0) {
        log.println();
        Files.readAllLines(output).stream().limit(30).forEach(log::println);
      }
      for (String line : Files.readAllLines(results)) {
        String[] cells = line.split(",", -1);
        Metric metric = Metric.valueOf(cells[1].toUpperCase(Locale.ROOT).replace('-', '_'));
        samples.add(
            new Samples.Sample(
                round,
                entry.name,
                scenario(cells[0]).orElseThrow(),
                metric,
                Double.parseDouble(cells[2])));
      }
    } finally {
      Files.deleteIfExists(results);
      Files.deleteIfExists(output);
    }
  }

  private static boolean runs(Contender contender, Scenario scenario, int round) {
    if (contender.is(Contender.Trait.NEVER_WAITS) && scenario.callers() > scenario.connections()) {
      return false;
    }
    if (scenario.kind() == Scenario.Kind.STATEMENT) {
      return contender.kind() == Contender.Kind.JDBC;
    }
    if (scenario.kind() != Scenario.Kind.SITUATION) {
      return scenario.kind() == Scenario.Kind.FAST
          || !contender.is(Contender.Trait.ONE_LEASE_A_THREAD);
    }
    boolean can =
        !contender.is(Contender.Trait.OPENS_NOTHING)
            && (scenario != Scenario.SPIKE20 || contender.is(Contender.Trait.PARALLEL_OPENS));
    return can && round == 1;
  }

  /** This program's own class path, after what is to come before it. */
  static String classPath(String... before) {
    List<String> parts = new ArrayList<>(List.of(before));
    parts.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, parts);
  }
}
