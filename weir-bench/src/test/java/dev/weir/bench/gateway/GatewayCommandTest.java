package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Everything once, as small as it can be: that it runs and adds up, not how fast it is. */
@Timeout(900)
class GatewayCommandTest {
  private static final List<String> STDIO =
      List.of("direct", "weir", "supergateway", "supergateway-stateless", "mcp-proxy");
  private static final List<String> HTTP = List.of("direct", "weir", "supergateway-front");

  @TempDir Path directory;

  @RegisterExtension final CommandRun bench = new CommandRun();

  private int run(String... arguments) {
    return bench.of(new GatewayCommand(), arguments);
  }

  private static List<String> with(List<String> all, String more) {
    return Stream.concat(all.stream(), Stream.of(more)).toList();
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

    assertThat(exitCode).as(bench.err()).isZero();
    List<JsonNode> rows = rows();
    for (String server : List.of("light", "everything")) {
      assertThat(contenders(rows, "open/" + server + "/stdio"))
          .containsExactlyInAnyOrderElementsOf(with(STDIO, "running"));
      for (String kind : List.of("storm", "call")) {
        assertThat(contenders(rows, kind + "/" + server + "/stdio")).isEqualTo(STDIO);
      }
      assertThat(contenders(rows, "call/" + server + "/http")).isEqualTo(HTTP);
    }
    assertThat(contenders(rows, "crowd/light/stdio")).isEqualTo(STDIO);
    assertThat(contenders(rows, "crowd/light/http")).isEqualTo(HTTP);
    for (String wire : List.of("stdio", "http", "sse", "websocket", "tcp", "modern")) {
      assertThat(contenders(rows, "pair/light/" + wire))
          .containsExactlyInAnyOrder(
              "direct", "stdio", "http", "sse", "websocket", "tcp", "modern");
    }
    assertThat(contenders(rows, "memory/demo/in-process")).containsExactly("weir");
    assertThat(contenders(rows, "kill/light/stdio"))
        .containsExactly("weir", "supergateway", "supergateway-stateless", "mcp-proxy");
    assertThat(values(rows, "failures")).isNotEmpty().containsOnly(0.0);
    assertThat(values(rows, "per-second")).allMatch(rate -> rate > 0);
    assertThat(value(rows, "open/light/stdio", "weir", "alone")).isEqualTo(1);
    assertThat(value(rows, "open/light/stdio", "mcp-proxy", "alone")).isZero();
    assertThat(value(rows, "open/light/stdio", "running", "open"))
        .isLessThan(value(rows, "open/light/stdio", "direct", "open"));
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
    assertThat(run("--quick", "--only=memory", "--idle=4")).as(bench.err()).isZero();
    assertThat(bench.out()).contains("heap per session").doesNotContain("written:");
  }

  @Test
  void whoeverIsNotNamedTakesNoPart() {
    assertThat(run("--quick", "--only=memory", "--idle=4", "--contenders=direct"))
        .as(bench.err())
        .isZero();
    assertThat(bench.out()).doesNotContain("heap per session");
  }

  @Test
  void whatCannotBeMeasuredIsRefusedWithTheOptionsName() {
    bench.assertRefused(new GatewayCommand(), "--only", "--only=opne");
    bench.assertRefused(new GatewayCommand(), "--contenders", "--contenders=weir,superagteway");
    bench.assertRefused(new GatewayCommand(), "--servers", "--servers=heavy");
    bench.assertRefused(new GatewayCommand(), "--servers", "--servers=demo");
    bench.assertRefused(new GatewayCommand(), "--rounds", "--rounds=0");
    bench.assertRefused(new GatewayCommand(), "--window", "--window=0");
    bench.assertRefused(new GatewayCommand(), "--crowd", "--crowd=0");
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
