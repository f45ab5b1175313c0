package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireEvent;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client whose connection broke comes back for the rest, on wires that have no streams of their
 * own.
 */
@Timeout(300)
class ResumeTest {
  private static final Duration PATIENCE = Patience.LIMIT;
  private static final String SLOW =
      """
      {"name":"slow","arguments":{"seconds":2,"steps":8},"_meta":{"progressToken":"p"}}""";

  /** Tells of its progress, from which it is known that the server has it. */
  private static final String SLEEP =
      """
      {"name":"sleep","arguments":{"ms":600000},"_meta":{"progressToken":"p"}}""";

  @Test
  void theRestOfACallAndItsAnswerAreFetchedByTheLastEventId() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      String last;
      String id = "2";
      try (WireExchange call = client.wire().begin("tools/call", SLOW)) {
        WireEvent priming = Objects.requireNonNull(call.nextEvent(PATIENCE));
        assertThat(priming.data()).isEmpty();
        assertThat(priming.id()).isNotNull();
        WireEvent progress = Objects.requireNonNull(call.nextEvent(PATIENCE));
        assertThat(progress.data()).contains("step 1 of 8");
        last = Objects.requireNonNull(progress.id());
        call.reset();
      }
      try (WireExchange rest = client.wire().listen(last)) {
        assertThat(rest.status()).isEqualTo(200);
        List<String> messages = messages(rest);
        assertThat(messages).hasSize(8);
        assertThat(messages.getFirst()).contains("step 2 of 8");
        assertThat(messages.getLast()).contains("done in 8 steps").contains("\"id\":" + id);
      }
      try (WireExchange again = client.wire().listen(last)) {
        assertThat(messages(again)).as("the same once more").hasSize(8);
      }
    }
  }

  private static List<String> messages(WireExchange exchange) throws Exception {
    List<String> messages = new ArrayList<>();
    for (WireEvent event = exchange.nextEvent(PATIENCE);
        event != null;
        event = exchange.nextEvent(PATIENCE)) {
      if (!event.data().isEmpty()) {
        messages.add(event.data());
      }
    }
    return messages;
  }

  @Test
  void anOlderClientGetsNoEventWithoutData() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"), "2025-06-18", "{}");
        WireExchange call = client.wire().begin("tools/call", SLOW)) {
      assertThat(Objects.requireNonNull(call.nextEvent(PATIENCE)).data()).contains("step 1 of 8");
    }
  }

  @Test
  void anEventOfAnotherSessionIsUnknown() throws Exception {
    try (var gateway = TestGateway.serving("");
        var owner = ToolClient.open(gateway.url("/mcp/demo"));
        var thief = ToolClient.open(gateway.url("/mcp/demo"));
        WireExchange call = owner.wire().begin("tools/call", SLOW)) {
      String id = Objects.requireNonNull(Objects.requireNonNull(call.nextEvent(PATIENCE)).id());
      try (WireExchange stolen = thief.wire().listen(id)) {
        assertThat(stolen.status()).isEqualTo(400);
      }
    }
  }

  @Test
  void aQuestionOutsideOfAnyCallWaitsForTheClientsStream() throws Exception {
    String yaml =
        "upstreams: { counter: { command: " + TestGateway.yamlList(Peers.counter()) + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var client =
            ToolClient.open(gateway.url("/mcp/counter"), "2025-11-25", "{\"sampling\":{}}")) {
      // Two calls at once: the server's question cannot be told to belong to one of them.
      try (WireExchange other = client.wire().begin("tools/call", SLEEP);
          WireExchange stream = client.wire().listen(null)) {
        assertThat(other.nextMessage(PATIENCE)).contains("notifications/progress");
        try (WireExchange asking =
            client.wire().begin("tools/call", ToolClient.params("ask", "{}"))) {
          String question = stream.nextMessage(PATIENCE);
          assertThat(question).contains("sampling/createMessage");
          client.wire().answer(ToolClient.member(question, "id"), ToolClient.sampled("me"));
          assertThat(ToolClient.textOf(asking.reply().response())).isEqualTo("me");
        }
        other.reset();
      }
    }
  }

  @Test
  void aCancelledCallEndsItsStreamWithoutAnAnswer() throws Exception {
    String yaml =
        "upstreams: { counter: { command: " + TestGateway.yamlList(Peers.counter()) + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp/counter"));
        WireExchange call = client.wire().begin("tools/call", SLEEP)) {
      assertThat(call.nextMessage(PATIENCE)).contains("notifications/progress");
      client.wire().notify("notifications/cancelled", "{\"requestId\":2}");
      assertThat(call.reply().messages()).allMatch(m -> m.contains("notifications/progress"));
      assertThat(ToolClient.member(client.text("incr", "{}"), "count")).isEqualTo("1");
    }
  }
}
