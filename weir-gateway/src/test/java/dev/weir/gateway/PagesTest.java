package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class PagesTest {
  @Test
  void theProbesAnswerOk() throws Exception {
    try (var gateway = TestGateway.serving("")) {
      assertThat(gateway.page("/livez")).isEqualTo("ok\n");
      assertThat(gateway.page("/readyz")).isEqualTo("ok\n");
      assertThat(gateway.page("/healthz")).contains("\"status\" : \"ok\"");
    }
  }

  @Test
  void theStatusShowsRoutesUpstreamsAndSessionsButNoSessionId() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      client.text("counter", "{}");
      String page = gateway.page("/api/v1/status");
      JsonNode status = new JsonMapper().readTree(page);
      assertThat(status.path("state").asString()).isEqualTo("serving");
      assertThat(status.path("routes").path(0).path("path").asString()).isEqualTo("/mcp/demo");
      assertThat(status.path("upstreams").path(0).path("name").asString()).isEqualTo("demo");
      assertThat(status.path("upstreams").path(0).path("sessionsOpen").asInt()).isEqualTo(1);
      assertThat(status.path("sessions").path(0).path("protocolVersion").asString())
          .isEqualTo("2025-11-25");
      assertThat(status.path("sessions").path(0).path("droppedMessages").asInt(-1)).isZero();
      assertThat(page).doesNotContain(Objects.requireNonNull(client.wire().session()));
    }
  }

  @Test
  void theMetricsCountSessionsAndRequestsByOutcome() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      client.call("fail", "{}");
      client.call("no-such-tool", "{}");
      client.wire().call("no/such/method", null);
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
      assertThat(gateway.metric("weir_sessions_opened_total")).isEqualTo(1);
      assertThat(gateway.metric("weir_client_connections")).isPositive();
      String requests = "weir_upstream_requests_seconds_count";
      assertThat(
              gateway.metric(requests + "{method=\"tools/call\",outcome=\"ok\",upstream=\"demo\"}"))
          .isEqualTo(1);
      assertThat(
              gateway.metric(
                  requests + "{method=\"tools/call\",outcome=\"error\",upstream=\"demo\"}"))
          .isEqualTo(1);
      assertThat(
              gateway.metric(requests + "{method=\"other\",outcome=\"error\",upstream=\"demo\"}"))
          .as("a client cannot make labels")
          .isEqualTo(1);
    }
  }
}
