package dev.weir.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What one conformance suite found at one URL, scenario by scenario. */
public record Conformance(String suite, SequencedMap<String, Scenario> scenarios, String printed) {
  private static final int AT_ONCE = 2;

  /** How many checks of a scenario came out in which way. */
  public record Scenario(int passed, int failed, int warnings) {
    /** Nothing lost: no check fails that did not, and none that passed is missing. */
    public boolean isNoWorseThan(Scenario other) {
      return failed <= other.failed && passed >= other.passed && warnings <= other.warnings;
    }
  }

  /** A suite and where it runs. */
  public record Run(String suite, String url) {}

  /** Runs suites, a few beside each other: each has short limits of its own on some answers. */
  public static Map<Run, Conformance> all(List<Run> runs)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Callable<Conformance>> work =
          runs.stream()
              .<Callable<Conformance>>map(
                  run -> () -> read(run.suite(), Peers.conformance(run.url(), run.suite())))
              .toList();
      List<Future<Conformance>> results = threads.invokeAll(work);
      Map<Run, Conformance> found = new LinkedHashMap<>();
      for (int i = 0; i < runs.size(); i++) {
        found.put(runs.get(i), results.get(i).get());
      }
      return found;
    }
  }

  /**
   * What servers of a suite saw of a client.
   *
   * @param front says through what they see it; null for nothing
   */
  public static Conformance ofClient(String suite, @Nullable URI front)
      throws IOException, InterruptedException {
    return read(suite, Peers.clientConformance(suite, front));
  }

  private static Conformance read(String suite, Peers.SuiteRun run) {
    assertThat(run.result()).as("the result file of suite " + suite + run.printed()).isNotEmpty();
    SequencedMap<String, Scenario> scenarios = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry :
        new JsonMapper().readTree(run.result()).path("scenarios").properties()) {
      JsonNode counts = entry.getValue();
      scenarios.put(
          entry.getKey(),
          new Scenario(
              counts.get("passed").intValue(),
              counts.get("failed").intValue(),
              counts.get("warnings").intValue()));
    }
    return new Conformance(suite, scenarios, run.printed());
  }

  public Scenario scenario(String name) {
    Scenario scenario = scenarios.get(name);
    if (scenario == null) {
      throw new AssertionError("suite " + suite + " has no scenario " + name + ": " + scenarios);
    }
    return scenario;
  }

  /** The scenarios with a check that failed. */
  public List<String> failing() {
    return scenarios.entrySet().stream()
        .filter(entry -> entry.getValue().failed() > 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The scenarios that went worse here than there, with both results. */
  public List<String> worseThan(Conformance other) {
    return scenarios.entrySet().stream()
        .filter(entry -> !entry.getValue().isNoWorseThan(other.scenario(entry.getKey())))
        .map(entry -> entry + ", and not " + other.scenario(entry.getKey()))
        .toList();
  }
}
