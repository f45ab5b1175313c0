package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.MoodyServers;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** O2: health with reasons. */
@Timeout(300)
class HealthTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @RegisterExtension final MoodyServers servers = new MoodyServers();

  private static HttpResponse<String> get(TestGateway gateway, String page) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(gateway.url(page))).build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static JsonNode health(TestGateway gateway) throws IOException {
    return JsonMapper.shared().readTree(gateway.page("/healthz"));
  }

  private static JsonNode upstream(JsonNode health, String name) {
    for (JsonNode upstream : health.path("upstreams")) {
      if (upstream.path("name").asString().equals(name)) {
        return upstream;
      }
    }
    throw new AssertionError("no upstream " + name + " in " + health);
  }

  private static ConfigSource source(String yaml) {
    return () ->
        ConfigReader.read(
            "test.yaml",
            "listen: 127.0.0.1:0\n" + yaml,
            Path.of("").toAbsolutePath(),
            System::getenv);
  }

  private String yaml(String more) {
    return "upstreams: { search: { url: \"" + servers.a.url() + "\"" + more + " } }";
  }

  @Test
  void eachUpstreamIsShownWithItsStateAndTheReason() throws Exception {
    servers.b.is(Mood.BROKEN);
    String yaml =
        """
        upstreams:
          well: { url: "%s" }
          broken: { url: "%s" }
          missing: { command: [/no/such/program], standby: { max: 0 } }
          untried: { url: "%s", headers: { Authorization: hunter2 } }
        """
            .formatted(servers.a.url(), servers.b.url(), servers.c.url());
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp/well"))) {
      for (String name : new String[] {"broken", "missing"}) {
        try (var refused = new WireClient(URI.create(gateway.url("/mcp/" + name)))) {
          assertThat(refused.open("2025-11-25", "{}").response()).contains("\"error\"");
        }
      }
      HttpResponse<String> page = get(gateway, "/healthz");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body())
          .doesNotContain("hunter2")
          .doesNotContain(String.valueOf(client.wire().session()));
      JsonNode health = JsonMapper.shared().readTree(page.body());
      assertThat(health.path("status").asString()).isEqualTo("warning");
      assertThat(upstream(health, "well").path("contact").asString()).isEqualTo("up");
      assertThat(upstream(health, "well").path("status").asString()).isEqualTo("ok");
      assertThat(upstream(health, "untried").path("contact").asString()).isEqualTo("untried");
      for (String name : new String[] {"broken", "missing"}) {
        JsonNode down = upstream(health, name);
        assertThat(down.path("status").asString()).as(name).isEqualTo("down");
        assertThat(down.path("reasons").path(0).asString()).startsWith("cannot be reached since ");
        assertThat(down.at("/lastFailure/message").asString()).contains(name);
        assertThat(health.path("reasons").toString()).contains("upstream \\\"" + name + "\\\": ");
      }
      assertThat(upstream(health, "missing").path("reasons").toString())
          .contains("/no/such/program");
      assertThat(gateway.metric("weir_upstream_up{upstream=\"well\"}")).isEqualTo(1);
      assertThat(gateway.page("/metrics")).contains("weir_upstream_up{upstream=\"broken\"} 0.0");
    }
  }

  @Test
  void withoutAnyUpstreamThatCanBeReachedItIsDown() throws Exception {
    servers.a.is(Mood.SICK);
    try (var gateway = TestGateway.serving(yaml(""));
        var client = new WireClient(URI.create(gateway.url("/mcp/search")))) {
      assertThat(get(gateway, "/healthz").statusCode()).isEqualTo(200);
      assertThat(client.open("2025-11-25", "{}").status()).isEqualTo(503);
      HttpResponse<String> page = get(gateway, "/healthz");
      assertThat(page.statusCode()).isEqualTo(503);
      assertThat(page.body()).contains("\"down\"", "no upstream can be reached");
      assertThat(get(gateway, "/readyz").statusCode()).as("nothing is required").isEqualTo(200);
    }
  }

  @Test
  void itIsReadyWhenWhatIsRequiredCanBeReachedAlthoughNoClientComes() throws Exception {
    servers.a.is(Mood.SICK);
    try (var gateway = TestGateway.serving(yaml(", required: true"))) {
      await().until(() -> get(gateway, "/readyz").body().contains("cannot be reached since"));
      assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(gateway, "/readyz").body()).contains("\"search\" is required");
      assertThat(get(gateway, "/livez").statusCode()).isEqualTo(200);
      assertThat(get(gateway, "/healthz").statusCode()).isEqualTo(503);
      servers.a.is(Mood.WELL);
      await().until(() -> get(gateway, "/readyz").statusCode() == 200);
      assertThat(get(gateway, "/readyz").body()).isEqualTo("ok\n");
      assertThat(health(gateway).path("status").asString()).isEqualTo("ok");
      assertThat(gateway.metric("weir_upstream_sessions_opened_total{upstream=\"search\"}"))
          .as("a trial is nobody's session")
          .isZero();
    }
  }

  @Test
  void aReloadSaysWhatIsRequiredFromThenOnAndTheUpstreamStaysAsItIs() throws Exception {
    servers.a.is(Mood.STRICT);
    try (var gateway = TestGateway.serving(yaml(", required: true"))) {
      assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(503);
      gateway.gateway().reload(source(yaml("")));
      assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(200);
      assertThat(gateway.metric("weir_upstreams_retired")).isZero();
    }
  }

  @Test
  void aFileThatCannotBeUsedIsAWarningUntilOneCan() throws Exception {
    try (var gateway = TestGateway.serving("")) {
      gateway.gateway().reload(source("colour: blue"));
      JsonNode health = health(gateway);
      assertThat(health.path("status").asString()).isEqualTo("warning");
      assertThat(health.at("/configuration/reasons/0").asString()).contains("colour");
      gateway.gateway().reload(source(""));
      assertThat(health(gateway).path("status").asString()).isEqualTo("ok");
    }
  }

  @Test
  void moreConnectionsInUseThanTheOperatorWantsAreAWarning() throws Exception {
    String yaml =
        "upstreams: { shell: { command: %s, standby: { max: 0 }, warn-connections: 1 } }"
            .formatted(TestGateway.yamlList(Peers.shell("")));
    try (var gateway = TestGateway.serving(yaml);
        var one = ToolClient.open(gateway.url("/mcp/shell"))) {
      assertThat(health(gateway).path("status").asString()).isEqualTo("ok");
      try (var two = ToolClient.open(gateway.url("/mcp/shell"))) {
        JsonNode health = health(gateway);
        assertThat(health.path("status").asString()).isEqualTo("warning");
        assertThat(upstream(health, "shell").path("connections").asInt()).isEqualTo(2);
        assertThat(upstream(health, "shell").at("/reasons/0").asString())
            .isEqualTo("2 connections in use, more than 1 (warn-connections)");
        two.delete();
      }
      await().until(() -> health(gateway).path("status").asString().equals("ok"));
      one.delete();
    }
  }

  @Test
  void aGatewayThatDrainsIsDownAndSaysSo() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      var call = client.wire().begin("tools/call", ToolClient.params("slow", "{\"seconds\":300}"));
      await().until(() -> gateway.page("/api/v1/status").contains("\"requestsInFlight\" : 1"));
      Thread drain =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      gateway.gateway().drainAndClose(Duration.ofMinutes(2));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      await().until(() -> get(gateway, "/readyz").statusCode() == 503);
      assertThat(get(gateway, "/readyz").body()).isEqualTo("draining\n");
      assertThat(health(gateway).path("status").asString()).isEqualTo("down");
      assertThat(health(gateway).path("reasons").toString()).contains("draining");
      call.close();
      drain.interrupt();
      drain.join();
    }
  }
}
