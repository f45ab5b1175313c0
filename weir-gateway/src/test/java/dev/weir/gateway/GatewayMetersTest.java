package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Exported;
import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.metrics.MeterNames;
import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.metrics.MeterNames.Source;
import java.net.URI;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code docs/operations.md} and the dashboard name the metrics that a gateway exports after it has
 * had some of everything, and the page names no others.
 */
@Timeout(300)
class GatewayMetersTest {
  private static final String POOL = "weir_upstream_connection_";
  private static final Pattern CODE = Pattern.compile("`([a-z_]+)`(?:: ([^`]*))?");
  private static final Pattern METRIC = Pattern.compile("\\bweir_[a-z_]+");
  private static final Pattern GROUPED = Pattern.compile("by \\(([a-z_, ]+)\\)");
  private static final Pattern CHOSEN = Pattern.compile("([a-z_]+)(?:=|!=|=~)\"");

  /** A server that dies when it is told to, and makes progress that nobody has asked for. */
  private static final String SERVER =
      """
      while read -r line; do case $line in *die*) exit 1;; *noise*) printf '%s\\n' \
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":99,"progress":1}}';; \
      esac; case $line in *'"id":'*) id=${line#*'"id":'}; id=${id%%[,\\}]*}; printf '%s\\n' \
      '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{},\
      "serverInfo":{"name":"sh","version":"1"}}}';; esac; done""";

  private static @Nullable Exported exported;

  @BeforeAll
  static void letAGatewayHaveSomeOfEverything() throws Exception {
    String command = TestGateway.yamlList(List.of("sh", "-c", SERVER));
    try (var one = new MoodyServer("one");
        var other = new MoodyServer("other");
        var gateway =
            TestGateway.serving(
                """
                limits: { calls-per-second: 1 }
                upstreams:
                  remote: { urls: ["%s", "%s"] }
                  process: { command: %s, max-sessions: 1 }
                  shared: { command: %s, isolation: shared }
                """
                    .formatted(one.url(), other.url(), command, command))) {
      try (var client = ToolClient.open(gateway.url("/mcp/remote"))) {
        client.text("where", "{}");
        while (client.wire().call("ping", null).status() == 200) {}
        client.delete();
      }
      try (var client = ToolClient.open(gateway.url("/mcp/process"));
          var refused = new WireClient(URI.create(gateway.url("/mcp/process")))) {
        assertThat(refused.open("2025-11-25", "{}").status()).isEqualTo(503);
        client.call("die", "{}");
        client.wire().call("ping", null);
        client.delete();
      }
      try (var client = ToolClient.open(gateway.url("/mcp/shared"))) {
        client.call("noise", "{}");
        client.delete();
      }
      assertThat(gateway.page("/api/v1/status")).contains("resumptions");
      await().until(() -> gateway.page("/metrics").contains("weir_upstream_shared_dropped_total"));
      await().until(() -> gateway.metric("weir_sessions") == 0);
      exported = Exported.read(gateway.page("/metrics"));
    }
  }

  private static Exported exported() {
    return Objects.requireNonNull(exported);
  }

  @Test
  void thePageNamesEveryMetricWithItsLabelsAndNoOther() throws Exception {
    Map<String, Set<String>> named = new TreeMap<>();
    exported()
        .families()
        .forEach(
            (name, labels) -> {
              if (!name.startsWith(POOL)) {
                named.put(name, labels.keySet());
              }
            });
    Map<String, Set<String>> written = new TreeMap<>();
    page()
        .forEach(
            (name, labels) -> {
              if (!name.startsWith(POOL)) {
                written.put(name, labels.keySet());
              }
            });
    assertThat(written).isEqualTo(named);
  }

  @Test
  void thePageNamesEveryValueOfTheLabelsWhoseValuesItLists() throws Exception {
    page()
        .forEach(
            (name, labels) ->
                labels.forEach(
                    (label, values) -> {
                      Set<String> seen =
                          exported()
                              .families()
                              .getOrDefault(name, Map.of())
                              .getOrDefault(label, Set.of());
                      if (!values.isEmpty()) {
                        assertThat(values).as(name + ", " + label).containsAll(seen);
                      }
                    }));
  }

  @Test
  void theSocketsOfAnUpstreamAreShownAsEveryPoolIs() throws Exception {
    Set<String> exportedOfPools = new TreeSet<>(exported().families().keySet());
    exportedOfPools.removeIf(name -> !name.startsWith(POOL));
    MeterNames names = MeterNames.under("weir.upstream", "upstream");
    assertThat(exportedOfPools)
        .isEqualTo(
            Arrays.stream(PoolMeter.values())
                .filter(meter -> meter.source() == Source.STATISTICS)
                .map(meter -> inPrometheus(names.of(meter), meter))
                .collect(toCollection(TreeSet::new)));
    Set<String> written = new TreeSet<>(page().keySet());
    written.removeIf(name -> !name.startsWith(POOL));
    assertThat(exportedOfPools).containsAll(written);
  }

  private static String inPrometheus(String name, PoolMeter meter) {
    String end =
        switch (meter.kind()) {
          case COUNTER -> "_total";
          case TIMER -> "_seconds";
          case GAUGE -> name.endsWith("quantile") ? "_seconds" : "";
        };
    return name.replace('.', '_') + end;
  }

  @Test
  void theDashboardShowsOnlyWhatIsExportedByLabelsThatThereAre() throws Exception {
    JsonNode dashboard =
        JsonMapper.shared()
            .readTree(Files.readString(Peers.root().resolve("docs/grafana/weir.json")));
    List<String> queries =
        dashboard.findValuesAsString("expr").stream()
            .map(expr -> expr.replaceAll("\\$[a-z_]+", ""))
            .toList();
    assertThat(queries).hasSizeGreaterThan(40);
    for (String query : queries) {
      List<String> metrics = METRIC.matcher(query).results().map(found -> found.group()).toList();
      assertThat(metrics).as(query).isNotEmpty();
      assertThat(exported().samples()).as(query).containsAll(metrics);
      Set<String> labels = new TreeSet<>();
      metrics.forEach(metric -> labels.addAll(labels(metric)));
      assertThat(labels).as(query).containsAll(labelsOf(query));
    }
    Set<Integer> ids = new TreeSet<>();
    dashboard.path("panels").forEach(panel -> ids.add(panel.path("id").asInt()));
    assertThat(ids).as("each panel has its own id").hasSize(dashboard.path("panels").size());
  }

  private static Set<String> labels(String sample) {
    var families = exported().families();
    String whole = sample.replaceFirst("_(?:count|sum|max)$", "");
    Map<String, Set<String>> labels = families.getOrDefault(sample, families.get(whole));
    return Objects.requireNonNull(labels, sample).keySet();
  }

  private static Set<String> labelsOf(String query) {
    Stream<String> grouped =
        GROUPED.matcher(query).results().flatMap(by -> Stream.of(by.group(1).split(", ")));
    Stream<String> chosen = CHOSEN.matcher(query).results().map(each -> each.group(1));
    Set<String> labels = new TreeSet<>();
    Stream.concat(grouped, chosen).forEach(labels::add);
    return labels;
  }

  /** The metrics of the page, their labels, and the values that it lists of them. */
  private static Map<String, Map<String, Set<String>>> page() throws Exception {
    String text = Files.readString(Peers.root().resolve("docs/operations.md"));
    Map<String, Map<String, Set<String>>> page = new TreeMap<>();
    String table = text.substring(text.indexOf("\n## Metrics\n"));
    for (String row : table.lines().filter(line -> line.startsWith("| `")).toList()) {
      String[] cells = row.split("\\|", -1);
      CODE.matcher(cells[1])
          .results()
          .forEach(
              name -> {
                Map<String, Set<String>> labels = new TreeMap<>();
                CODE.matcher(cells[2])
                    .results()
                    .forEach(label -> labels.put(label.group(1), values(label.group(2))));
                page.put(name.group(1), labels);
              });
    }
    return page;
  }

  private static Set<String> values(@Nullable String listed) {
    return listed == null ? Set.of() : Set.of(listed.strip().replaceFirst(",$", "").split(", "));
  }
}
