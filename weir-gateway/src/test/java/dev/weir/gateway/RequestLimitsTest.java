package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G12: what one caller may do in a second, and at once. The rate is so low that none passes. */
@Timeout(120)
class RequestLimitsTest {
  private static final String TWO = "limits: { calls-per-second: 1, calls-burst: 2 }\n";

  private ListingServer one;

  @BeforeEach
  void start() throws Exception {
    one = new ListingServer("one", "say");
  }

  @AfterEach
  void stop() {
    one.close();
  }

  private TestGateway serving(String limits) throws IOException {
    return TestGateway.serving(
        limits + "upstreams: { one: { isolation: shared, url: \"" + one.url() + "\" } }");
  }

  private static WireClient client(TestGateway gateway) {
    return new WireClient(URI.create(gateway.url("/mcp/one")));
  }

  /** Asks until it is refused, which it is long before the machine could be too slow for it. */
  private static WireClient.Reply refusal(WireClient client) throws IOException {
    WireClient.Reply reply = client.call("ping", "{}");
    while (reply.status() == 200) {
      reply = client.call("ping", "{}");
    }
    return reply;
  }

  @Test
  void oneRequestTooManyIsToldWhenToComeBack() throws Exception {
    try (TestGateway gateway = serving(TWO);
        WireClient client = client(gateway)) {
      client.open("2025-11-25", "{}");
      WireClient.Reply refused = refusal(client);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.body())
          .contains("\"cause\":\"too-many-requests\"", "limits.calls-per-second 1");
      assertThat(gateway.metric("weir_calls_refused_total{limit=\"rate\",route=\"/mcp/one\"}"))
          .isPositive();
    }
  }

  @Test
  void aWireWithoutStatusIsToldInTheWordsOfTheProtocol() throws Exception {
    try (TestGateway gateway = serving(TWO);
        MessageClient client = MessageClient.webSocket(gateway.url("/mcp/one"))) {
      client.open("2025-11-25");
      String answer = "";
      for (int i = 1; !answer.contains("too-many-requests"); i++) {
        answer = client.call(String.valueOf(i), "ping", "{}");
      }
      assertThat(answer).contains("\"error\"", "limits.calls-per-second 1");
    }
  }

  @Test
  void noSessionIsOpenedForWhoComesTooOften() throws Exception {
    try (TestGateway gateway = serving(TWO)) {
      WireClient.Reply reply;
      do {
        reply = client(gateway).open("2025-11-25", "{}");
      } while (reply.status() == 200);
      assertThat(reply.status()).isEqualTo(429);
      assertThat(reply.header("Mcp-Session-Id")).isNull();
      assertThat(gateway.metric("weir_sessions_ended_total{cause=\"refused\"}")).isZero();
    }
  }

  @Test
  void soManyRequestsAreInFlightAtOnceOfEitherEra() throws Exception {
    try (TestGateway gateway = serving("limits: { calls-at-once: 1 }\n");
        WireClient client = client(gateway);
        ModernClient modern = new ModernClient(gateway.url("/mcp/one"))) {
      client.open("2025-11-25", "{}");
      one.hold("tools/call");
      try (WireExchange held = client.begin("tools/call", "{\"name\":\"say\"}")) {
        await().until(() -> one.called().size() == 1);
        WireClient.Reply refused = client.call("tools/list", "{}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("limits.calls-at-once 1");
        assertThat(modern.send("tools/list", "{}").status()).isEqualTo(429);
        one.release();
        assertThat(held.reply().response()).contains("one:say");
      }
      await().until(() -> client.call("tools/list", "{}").status() == 200);
      assertThat(modern.send("tools/list", "{}").status()).isEqualTo(200);
    }
  }
}
