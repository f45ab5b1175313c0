package dev.weir.bench.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every workload once, as small as it can be: that it runs and adds up, not how fast it is. */
class WorkloadCommandTest {
  private static final List<String> SMALL =
      List.of("--quick", "--window", "0.05", "--warm-up", "0.01", "--login-rounds", "16");

  @TempDir Path directory;

  @AfterEach
  void noServerIsLeft() {
    await().until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void scalingMeasuresEverySizeAndAControl() throws Exception {
    Run run = run(new ScalingCommand(), "--sizes", "2,4", "--work", "5");

    // Two sizes and the control, each of three pools but for the control.
    assertThat(run.measurements("scaling")).hasSize(2 * 3 + 1);
    run.addsUp("scaling");
    assertThat(run.out()).contains("throughput grows with every step of the size");
  }

  @Test
  void strategiesMeasuresAllThatThisBuildHasInThreeScenes() throws Exception {
    Run run =
        run(
            new StrategiesCommand(),
            "--connections",
            "4",
            "--clients",
            "2",
            "--more-clients",
            "6",
            "--work",
            "1");

    List<String> names = new ArrayList<>(Strategies.all().keySet());
    assertThat(run.measurements("strategies")).hasSize(3 * (names.size() + 1 + 3));
    assertThat(run.measurements("strategies").stream().map(row -> row.get("contender").asString()))
        .containsAll(names);
    run.addsUp("strategies");
  }

  @Test
  void utilisationMeasuresEachNumberOfClients() throws Exception {
    Run run =
        run(new UtilisationCommand(), "--connections", "4", "--clients", "2,6", "--work", "2");

    assertThat(run.measurements("utilisation")).hasSize(2 * 3);
    run.addsUp("utilisation");
  }

  @Test
  void poolingMeasuresWithAndWithoutALogin() throws Exception {
    Run run =
        run(new PoolingCommand(), "--connections", "2", "--clients", "1,3", "--against", "none");

    assertThat(run.measurements("pooling")).hasSize(2 * 2 * 2);
    run.addsUp("pooling");
  }

  @Test
  void aQuickRunWithoutADirectoryWritesNothing() {
    var command = new CommandLine(new UtilisationCommand());
    var out = new StringWriter();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(new StringWriter()));
    List<String> arguments = new ArrayList<>(SMALL);
    arguments.addAll(List.of("--connections", "1", "--clients", "2", "--against", "none"));

    assertThat(command.execute(arguments.toArray(String[]::new))).isZero();
    assertThat(out.toString()).contains("A quick run proves nothing").doesNotContain("written:");
  }

  @Test
  void whatCannotBeMeasuredIsRefusedWithTheOptionsName() {
    assertRefused(new ScalingCommand(), "--sizes", "--sizes", "10,0");
    assertRefused(new UtilisationCommand(), "--clients", "--clients", "0");
    assertRefused(new PoolingCommand(), "--work", "--work", "-1");
    assertRefused(new StrategiesCommand(), "--connections", "--connections", "0");
    assertRefused(new StrategiesCommand(), "--against", "--against", "some-pool");
    assertRefused(new StrategiesCommand(), "--rounds", "--rounds", "0");
    assertRefused(new StrategiesCommand(), "--window", "--window", "0");
  }

  private static void assertRefused(WorkloadCommand command, String option, String... arguments) {
    var line = new CommandLine(command);
    var err = new StringWriter();
    line.setErr(new PrintWriter(err));

    assertThat(line.execute(arguments)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith(option + ": expected ");
  }

  private Run run(WorkloadCommand command, String... more) {
    var line = new CommandLine(command);
    var out = new StringWriter();
    var err = new StringWriter();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> arguments = new ArrayList<>(SMALL);
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--out", directory.toString()));

    int exitCode = line.execute(arguments.toArray(String[]::new));

    assertThat(exitCode).as(err.toString()).isZero();
    return new Run(directory, out.toString());
  }

  private record Run(Path directory, String out) {
    /** The rows of single rounds. */
    List<JsonNode> measurements(String name) throws Exception {
      return rows(name).stream().filter(row -> row.has("round")).toList();
    }

    /** Files are there, nothing failed, and all counts agree. */
    void addsUp(String name) throws Exception {
      String page = Files.readString(directory.resolve(name + ".md"));
      assertThat(page)
          .contains("./weir bench " + name, "A quick run", "](" + name + ".svg)", name + ".json")
          .doesNotContain(directory.toString());
      assertThat(Files.readString(directory.resolve(name + ".svg"))).startsWith("<svg ");
      assertThat(measurements(name))
          .allSatisfy(
              row -> {
                assertThat(row.get("failures").asInt()).isZero();
                assertThat(row.get("calls").asInt()).isPositive();
              });
      List<JsonNode> totals = rows(name).stream().filter(row -> !row.has("round")).toList();
      assertThat(totals).isNotEmpty().allSatisfy(Run::assertAddsUp);
    }

    private static void assertAddsUp(JsonNode total) {
      if (total.has("callsPerConnection")) {
        long sum = 0;
        for (JsonNode calls : total.get("callsPerConnection")) {
          sum += calls.asLong();
        }
        assertThat(sum).isEqualTo(total.get("calls").asLong());
        assertThat(total.get("opened").asLong()).isEqualTo(total.get("connections").asLong());
      } else {
        assertThat(total.get("opened").asLong()).isEqualTo(total.get("calls").asLong());
      }
    }

    private List<JsonNode> rows(String name) throws Exception {
      List<JsonNode> rows = new ArrayList<>();
      JsonMapper.shared()
          .readTree(Files.readString(directory.resolve(name + ".json")))
          .get("rows")
          .forEach(rows::add);
      return rows;
    }
  }
}
