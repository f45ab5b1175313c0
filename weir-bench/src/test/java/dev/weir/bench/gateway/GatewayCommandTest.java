package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Everything once, as small as it can be: that it runs and adds up, not how fast it is. */
@Timeout(900)
class GatewayCommandTest {
  private static final List<String> STDIO =
      List.of("direct", "weir", "supergateway", "supergateway-stateless", "mcp-proxy");
  private static final List<String> HTTP = List.of("direct", "weir", "supergateway-front");

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void noProcessIsLeft() {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(ProcTree.marked(Program.marksOfThisJvm())).isEmpty());
  }

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new GatewayCommand());
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void aRunMeasuresEveryContenderInEveryScene() throws Exception {
    int exitCode =
        run(
            "--quick",
            "--window=0.1",
            "--opens=1",
            "--storm=2",
            "--crowd=2",
            "--idle=8",
            "--children=2",
            "--out=" + directory);

    assertThat(exitCode).as(err.toString()).isZero();
    List<JsonNode> rows = rows();
    for (String server : List.of("light", "everything")) {
      for (String kind : List.of("open", "storm", "call")) {
        assertThat(contenders(rows, kind + "/" + server + "/stdio")).isEqualTo(STDIO);
      }
      assertThat(contenders(rows, "call/" + server + "/http")).isEqualTo(HTTP);
    }
    assertThat(contenders(rows, "crowd/light/stdio")).isEqualTo(STDIO);
    assertThat(contenders(rows, "crowd/light/http")).isEqualTo(HTTP);
    assertThat(contenders(rows, "memory/demo/in-process")).containsExactly("weir");
    assertThat(contenders(rows, "kill/light/stdio"))
        .containsExactly("weir", "supergateway", "supergateway-stateless", "mcp-proxy");
    assertThat(values(rows, "failures")).isNotEmpty().containsOnly(0.0);
    assertThat(values(rows, "per-second")).allMatch(rate -> rate > 0);
    assertThat(value(rows, "open/light/stdio", "weir", "alone")).isEqualTo(1);
    assertThat(value(rows, "open/light/stdio", "mcp-proxy", "alone")).isZero();
    assertThat(value(rows, "memory/demo/in-process", "weir", "sessions")).isEqualTo(8);

    assertThat(Files.readString(directory.resolve("gateway.md")))
        .contains("A quick run", "](gateway-call.svg)", "gateway.json", "| **weir** | 1.00 x |")
        .contains("## Where Weir falls short", "supergateway 4.", "mcp-proxy 6.")
        .contains("at least 50 times as fast as supergateway", "adds at most 0.15 ms")
        .contains("no process is left 5 s after a kill -9", "./weir bench gateway --quick")
        .doesNotContain(directory.toString(), "NaN");
    for (String plot : List.of("open", "storm", "call", "crowd")) {
      assertThat(directory.resolve("gateway-" + plot + ".svg")).content().contains("mcp-proxy");
    }
  }

  @Test
  void aPartOfARunWritesNothingUnlessTold() {
    assertThat(run("--quick", "--only=memory", "--idle=4")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("heap per session").doesNotContain("written:");
  }

  @Test
  void whatCannotBeMeasuredIsRefusedWithTheOptionsName() {
    assertRefused("--only", "--only=opne");
    assertRefused("--contenders", "--contenders=weir,superagteway");
    assertRefused("--servers", "--servers=heavy");
    assertRefused("--rounds", "--rounds=0");
    assertRefused("--window", "--window=0");
    assertRefused("--crowd", "--crowd=0");
  }

  private void assertRefused(String option, String argument) {
    err.getBuffer().setLength(0);
    assertThat(run(argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith(option + ": expected ");
  }

  private List<JsonNode> rows() throws Exception {
    List<JsonNode> rows = new ArrayList<>();
    JsonMapper.shared()
        .readTree(Files.readString(directory.resolve("gateway.json")))
        .get("rows")
        .forEach(rows::add);
    return rows;
  }

  private static List<String> contenders(List<JsonNode> rows, String scene) {
    return rows.stream()
        .filter(row -> row.get("scene").asString().equals(scene))
        .map(row -> row.get("contender").asString())
        .distinct()
        .toList();
  }

  private static List<Double> values(List<JsonNode> rows, String metric) {
    return rows.stream()
        .filter(row -> row.get("metric").asString().equals(metric))
        .map(row -> row.get("value").asDouble())
        .toList();
  }

  private static double value(List<JsonNode> rows, String scene, String contender, String metric) {
    return rows.stream()
        .filter(row -> row.get("scene").asString().equals(scene))
        .filter(row -> row.get("contender").asString().equals(contender))
        .filter(row -> row.get("metric").asString().equals(metric))
        .findFirst()
        .orElseThrow()
        .get("value")
        .asDouble();
  }
}
