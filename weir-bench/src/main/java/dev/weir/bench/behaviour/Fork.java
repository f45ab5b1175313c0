package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.behaviour.contender.Contender;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plays behaviours with one contender in processes of its own: a next one whenever a behaviour has
 * failed, as it may have left anything behind, or has ended its process.
 */
final class Fork {
  /** Beyond a behaviour's own limit, for clearing up and for starting the process. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final JsonMapper JSON = JsonMapper.shared();
  private final Contender contender;

  Fork(Contender contender) {
    this.contender = contender;
  }

  /** Plays all, in their order. */
  List<Outcome> play(List<Behaviour> behaviours) throws IOException, InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    List<Behaviour> left = new ArrayList<>(behaviours);
    while (!left.isEmpty()) {
      List<Outcome> some = playInOneProcess(left);
      boolean stopped = !some.isEmpty() && some.getLast().verdict() == Verdict.FAILS;
      if (some.size() < left.size() && !stopped) {
        some.add(lost(left.get(some.size())));
      }
      left.subList(0, some.size()).clear();
      outcomes.addAll(some);
    }
    return outcomes;
  }

  private Outcome lost(Behaviour behaviour) {
    return new Outcome(
        contender.name(), behaviour.id(), Verdict.FAILS, "took its whole process down", 0, true);
  }

  private List<Outcome> playInOneProcess(List<Behaviour> behaviours)
      throws IOException, InterruptedException {
    Path results = Files.createTempFile("behaviour", ".json");
    try {
      Process process = start(behaviours, results);
      try {
        return follow(process, behaviours, results);
      } finally {
        process.destroyForcibly().waitFor();
      }
    } finally {
      Files.delete(results);
    }
  }

  private Process start(List<Behaviour> behaviours, Path results) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED", "-Xlog:disable"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Child.class.getName(), contender.name(), results.toString()));
    behaviours.forEach(behaviour -> command.add(behaviour.id()));
    File nowhere = ProcessBuilder.Redirect.DISCARD.file();
    return new ProcessBuilder(command).redirectOutput(nowhere).redirectError(nowhere).start();
  }

  /** Reads what comes until the process ends, or has been silent for too long. */
  private static List<Outcome> follow(Process process, List<Behaviour> behaviours, Path results)
      throws IOException, InterruptedException {
    int seen = 0;
    long deadline = deadline(behaviours.get(0));
    while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      int now = read(results).size();
      if (now > seen && now < behaviours.size()) {
        seen = now;
        deadline = deadline(behaviours.get(now));
      }
      if (System.nanoTime() - deadline > 0) {
        break;
      }
    }
    return read(results);
  }

  private static long deadline(Behaviour next) {
    return System.nanoTime() + next.limit().plus(GRACE).toNanos();
  }

  private static List<Outcome> read(Path results) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    String text = Files.readString(results);
    // The last line may be half written.
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      outcomes.add(JSON.readValue(line, Outcome.class));
    }
    return outcomes;
  }
}
