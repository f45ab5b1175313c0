package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process of an idle client session is given back, with real ones. The idle time is short, so a
 * slow machine may park a session between two calls of a test: what is expected holds then too.
 */
@Timeout(300)
class ParkingTest {
  private static final String ONE = "{\"uri\":\"test://one\"}";

  @TempDir private Path files;

  private String mortal(String options) {
    return "{ stop-grace: 300ms, "
        + options
        + ", command: "
        + TestGateway.yamlList(Peers.mortal(files.resolve("heard")))
        + " }";
  }

  private TestGateway parking(String more) throws IOException {
    return TestGateway.serving(
        "upstreams: { mortal: " + mortal("park-after: 500ms, standby: { max: 0 }" + more) + " }");
  }

  private static long pid(ToolClient client) throws IOException {
    return Long.parseLong(ToolClient.member(client.text("incr", "{}"), "pid"));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static double of(TestGateway gateway, String metric) throws IOException {
    return gateway.metric(metric + "{upstream=\"mortal\"}");
  }

  private static double parked(TestGateway gateway) throws IOException {
    return of(gateway, "weir_upstream_parked");
  }

  private static double processes(TestGateway gateway) throws IOException {
    return gateway.metric("weir_upstream_sessions{transport=\"stdio\",upstream=\"mortal\"}");
  }

  private static void awaitParking(TestGateway gateway, int sessions) {
    await().until(() -> parked(gateway) == sessions);
  }

  @Test
  void anIdleSessionGivesItsProcessBackAndItsToolsStillAnswer() throws Exception {
    try (var gateway = parking("");
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("logging/setLevel", "{\"level\":\"notice\"}");
      client.wire().call("resources/subscribe", ONE);
      long first = pid(client);
      awaitParking(gateway, 1);
      await().until(() -> !isAlive(first));
      await().until(() -> processes(gateway) == 0);
      assertThat(gateway.metric("weir_sessions")).as("the client's session").isEqualTo(1);

      String state = client.text("state", "{}");
      assertThat(ToolClient.member(state, "pid")).isNotEqualTo(String.valueOf(first));
      assertThat(state)
          .contains("\"level\":\"notice\"")
          .contains("\"initialized\":true")
          .contains("\"subscribed\":[\"test://one\"]");
      assertThat(
              gateway.metric(
                  "weir_upstream_resumptions_total{outcome=\"recovered\",upstream=\"mortal\"}"))
          .isPositive();
      assertThat(
              gateway.metric(
                  "weir_upstream_recoveries_total{outcome=\"recovered\",upstream=\"mortal\"}"))
          .as("parking is no loss")
          .isZero();
      assertThat(client.wire().call("tools/list", null).response()).contains("\"incr\"");
    }
  }

  @Test
  void theClientIsToldThatItsStateIsGoneAndNothingBefore() throws Exception {
    try (var gateway = parking("");
        var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      awaitParking(gateway, 1);
      pid(client);
      String told = stream.nextMessage(Patience.LIMIT);
      assertThat(ToolClient.member(told, "method")).isEqualTo("notifications/message");
      assertThat(ToolClient.member(told, "params", "data", "event"))
          .isEqualTo("upstream-state-lost");
      assertThat(ToolClient.member(told, "params", "data", "why")).contains("parked");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
    }
  }

  @Test
  void aQuestionThatWaitsForItsAnswerKeepsTheProcess() throws Exception {
    try (var gateway = parking("");
        var client =
            ToolClient.open(gateway.url("/mcp/mortal"), "2025-11-25", "{\"sampling\":{}}");
        WireExchange asking = client.wire().begin("tools/call", ToolClient.params("ask", "{}"))) {
      String question = asking.nextMessage(Patience.LIMIT);
      assertThat(question).contains("sampling/createMessage");
      // A session that began to be idle after it is parked: so would have been this one.
      try (var another = ToolClient.open(gateway.url("/mcp/mortal"))) {
        pid(another);
        awaitParking(gateway, 1);
        String id = ToolClient.member(question, "id");
        String quoted = id.matches("\\d+") ? id : '"' + id + '"';
        assertThat(client.wire().answer(quoted, ToolClient.sampled("here")).status())
            .isEqualTo(202);
        assertThat(ToolClient.textOf(asking.nextMessage(Patience.LIMIT))).isEqualTo("here");
      }
    }
  }

  @Test
  void aSubscriptionWhoseClientListensKeepsTheProcess() throws Exception {
    try (var gateway = parking("");
        var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.wire().call("resources/subscribe", ONE);
      long pid = pid(client);
      try (var another = ToolClient.open(gateway.url("/mcp/mortal"))) {
        pid(another);
        awaitParking(gateway, 1);
        assertThat(isAlive(pid)).isTrue();
        assertThat(pid(client)).isEqualTo(pid);
      }
    }
  }

  @Test
  void withoutTheOptionNothingIsParked() throws Exception {
    String yaml =
        "upstreams: { mortal: "
            + mortal("park-after: 500ms, standby: { max: 0 }")
            + ", other: "
            + mortal("standby: { max: 0 }")
            + " }";
    try (var gateway = TestGateway.serving(yaml);
        var other = ToolClient.open(gateway.url("/mcp/other"))) {
      long pid = pid(other);
      try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
        pid(client);
        awaitParking(gateway, 1);
        assertThat(pid(other)).isEqualTo(pid);
        assertThat(gateway.metric("weir_upstream_parkings_total{upstream=\"other\"}")).isZero();
      }
    }
  }

  @Test
  void aParkedSessionKeepsItsPlaceAndTheLedgerSaysWhatItHas() throws Exception {
    try (var gateway = parking(", max-sessions: 1");
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      pid(client);
      awaitParking(gateway, 1);
      await().until(() -> processes(gateway) == 0);
      try (var second = new WireClient(java.net.URI.create(gateway.url("/mcp/mortal")))) {
        assertThat(second.open("2025-11-25", "{}").status()).isEqualTo(503);
      }
      String status = gateway.page("/api/v1/status").replaceAll("\\s", "");
      assertThat(status)
          .contains("\"clientSessions\":1,\"parking\":{\"parked\":1,\"parkings\":")
          .contains("\"upstreams\":{\"mortal\":1},\"parked\":1,\"processes\":0,\"memory\":0");
      assertThat(pid(client)).isPositive();
    }
  }

  @Test
  void aParkedSessionThatIsDeletedLeavesNothing() throws Exception {
    try (var gateway = parking("");
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      awaitParking(gateway, 1);
      client.delete();
      awaitParking(gateway, 0);
      await().until(() -> gateway.metric("weir_sessions") == 0);
      await().until(() -> processes(gateway) == 0);
      assertThat(client.call("incr", "{}").status()).isEqualTo(404);
    }
  }

  @Test
  void aProcessThatIsReadyTakesThePlaceOfTheOneThatWasGivenBack() throws Exception {
    String ready = "weir_upstream_standby{tier=\"greeted\",upstream=\"mortal\"}";
    String taken = "weir_upstream_standby_taken_total{from=\"greeted\",upstream=\"mortal\"}";
    try (var gateway =
            TestGateway.serving(
                "upstreams: { mortal: "
                    + mortal("park-after: 500ms, standby: { min: 1, max: 1 }")
                    + " }");
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      long first = pid(client);
      awaitParking(gateway, 1);
      await().until(() -> gateway.metric(ready) == 1);
      double before = gateway.metric(taken);
      assertThat(pid(client)).isNotEqualTo(first);
      assertThat(gateway.metric(taken)).isEqualTo(before + 1);
      assertThat(client.text("state", "{}")).contains("\"initialized\":true");
    }
  }

  @Test
  void aMemberOfAnAggregateIsParkedAloneAndStaysListed() throws Exception {
    String yaml =
        "upstreams: { mortal: "
            + mortal("park-after: 500ms, standby: { max: 0 }")
            + ", counter: { stop-grace: 300ms, command: "
            + TestGateway.yamlList(Peers.counter())
            + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(client.text("counter__incr", "{}")).contains("\"count\":1");
      long first = Long.parseLong(ToolClient.member(client.text("mortal__incr", "{}"), "pid"));
      awaitParking(gateway, 1);
      await().until(() -> !isAlive(first));
      assertThat(client.text("counter__incr", "{}")).contains("\"count\":2");
      assertThat(parked(gateway)).as("what others are asked opens nothing").isEqualTo(1);

      assertThat(client.wire().call("tools/list", null).response())
          .contains("\"mortal__incr\"")
          .contains("\"counter__incr\"");
      awaitParking(gateway, 1);
      assertThat(client.text("mortal__incr", "{}")).contains("\"count\":1");
      assertThat(client.text("counter__incr", "{}")).contains("\"count\":3");
    }
  }
}
