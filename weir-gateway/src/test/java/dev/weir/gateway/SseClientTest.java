package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireEvent;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP+SSE towards clients, byte by byte. */
@Timeout(300)
class SseClientTest {
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2024-11-05\",\"capabilities\":{\"sampling\":{}},"
          + "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";

  private MortalHttpServer server;
  private TestGateway gateway;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    gateway = TestGateway.serving(upstreams());
  }

  private String upstreams() {
    String url = "url: \"http://127.0.0.1:" + server.port() + "/mcp\"";
    return "upstreams: { mortal: { "
        + url
        + " }, other: { "
        + url
        + " }, counter: { command: "
        + TestGateway.yamlList(Peers.counter())
        + " } }\n";
  }

  @AfterEach
  void end() {
    server.release();
    gateway.close();
    server.close();
  }

  /** A stream, and where its messages go. */
  private record Client(WireExchange stream, URI endpoint) implements AutoCloseable {
    static Client open(TestGateway gateway, String path) throws IOException {
      WireExchange stream = new WireClient(URI.create(gateway.url(path))).listen(null);
      WireEvent first = Objects.requireNonNull(stream.nextEvent(Patience.LIMIT));
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.isEventStream()).isTrue();
      assertThat(first.name()).isEqualTo("endpoint");
      return new Client(stream, URI.create(gateway.url(first.data())));
    }

    static Client initialized(TestGateway gateway, String path) throws IOException {
      Client client = open(gateway, path);
      client.say(INITIALIZE);
      assertThat(client.next()).contains("\"id\":0", "\"result\"");
      client.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
      return client;
    }

    WireClient.Reply post(String body, Map<String, String> headers) throws IOException {
      return new WireClient(endpoint).post(body, headers);
    }

    void say(String message) throws IOException {
      assertThat(post(message, Map.of()).status()).isEqualTo(202);
    }

    void call(int id, String tool) throws IOException {
      say(
          "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":%s}"
              .formatted(id, ToolClient.params(tool, "{}")));
    }

    String next() throws IOException {
      return stream.nextMessage(Patience.LIMIT);
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  @Test
  void everyMessageIsAnEventOfItsType() throws Exception {
    try (var client = Client.open(gateway, "/mcp/mortal/sse")) {
      assertThat(client.endpoint().getPath()).isEqualTo("/mcp/mortal/messages");
      assertThat(client.endpoint().getQuery()).matches("session=[A-Za-z0-9_-]{32}");
      client.say(INITIALIZE);
      WireEvent answer = Objects.requireNonNull(client.stream().nextEvent(Patience.LIMIT));
      assertThat(answer.name()).isEqualTo("message");
      assertThat(answer.data()).contains("\"id\":0", "\"protocolVersion\":\"2024-11-05\"");
    }
  }

  @Test
  void theSessionEndsWithItsStream() throws Exception {
    URI endpoint;
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      client.call(1, "incr");
      assertThat(ToolClient.textOf(client.next())).isEqualTo("1");
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
      assertThat(server.sessions()).isEqualTo(1);
      endpoint = client.endpoint();
    }
    await().until(() -> gateway.metric("weir_sessions") == 0);
    await().until(() -> server.sessions() == 0);
    await().until(() -> new WireClient(endpoint).post("{}", Map.of()).status() == 404);
    assertThat(gateway.metric("weir_sessions_ended_total{cause=\"left\"}")).isEqualTo(1);
  }

  @Test
  void aCallInFlightEndsWithTheClientThatLeaves() throws Exception {
    server.hold();
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      client.call(1, "act");
      await().until(() -> server.heard("\"act\"") == 1);
      client.stream().reset();
    }
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(ToolClient.member(gateway.page("/api/v1/status"), "requestsInFlight"))
        .isEqualTo("0");
  }

  @Test
  void aSessionThatTheGatewayEndsEndsTheStreamInOrder() throws Exception {
    try (var brief = TestGateway.serving("sessions: { max-lifetime: 1s }\n" + upstreams());
        var client = Client.initialized(brief, "/mcp/mortal/sse")) {
      WireEvent event = client.stream().nextEvent(Patience.LIMIT);
      while (event != null) {
        event = client.stream().nextEvent(Patience.LIMIT);
      }
      await().until(() -> brief.metric("weir_sessions") == 0);
    }
  }

  @Test
  void aSecretOpensNoOtherRoute() throws Exception {
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      String secret = "?" + client.endpoint().getQuery();
      for (String path :
          new String[] {
            "/mcp/other/messages" + secret,
            "/mcp/messages" + secret,
            "/mcp/mortal/messages?session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "/mcp/mortal/messages"
          }) {
        var reply =
            new WireClient(URI.create(gateway.url(path)))
                .post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", Map.of());
        assertThat(reply.status()).as(path).isEqualTo(404);
      }
      client.call(1, "incr");
      assertThat(client.next()).contains("\"id\":1");
    }
  }

  @Test
  void hostAndOriginAreCheckedForStreamsAndForPosts() throws Exception {
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      for (Map<String, String> wrong :
          new Map[] {Map.of("Origin", "http://evil.example"), Map.of("Host", "evil.example")}) {
        assertThat(client.post(INITIALIZE, wrong).status()).isEqualTo(403);
        var stranger = new WireClient(URI.create(gateway.url("/mcp/mortal/sse")));
        wrong.forEach(stranger::with);
        try (WireExchange stream = stranger.listen(null)) {
          assertThat(stream.status()).isEqualTo(403);
        }
      }
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }

  @Test
  void badInputIsAnsweredForItselfAlone() throws Exception {
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      assertThat(client.post("{", Map.of()).status()).isEqualTo(400);
      assertThat(client.post("{", Map.of()).body()).contains("-32700");
      assertThat(client.post("{\"jsonrpc\":\"2.0\"}", Map.of()).body()).contains("-32600");
      assertThat(client.post(INITIALIZE, Map.of("Content-Type", "text/plain")).status())
          .isEqualTo(415);
      assertThat(client.post(" ".repeat(5 << 20), Map.of()).status()).isEqualTo(413);
      try (WireExchange get = new WireClient(client.endpoint()).listen(null)) {
        assertThat(get.status()).isEqualTo(405);
      }
      var post = new WireClient(URI.create(gateway.url("/mcp/mortal/sse")));
      assertThat(post.post(INITIALIZE, Map.of()).status()).isEqualTo(405);
      client.say(INITIALIZE.replace("\"id\":0", "\"id\":7"));
      assertThat(client.next()).contains("\"id\":7", "initialized already");
      client.call(1, "incr");
      assertThat(ToolClient.textOf(client.next())).isEqualTo("1");
    }
  }

  @Test
  void aRouteOfThatNameComesFirst() throws Exception {
    String yaml = "upstreams: { sse: { url: \"http://127.0.0.1:" + server.port() + "/mcp\" } }";
    try (var named = TestGateway.serving(yaml);
        var client = ToolClient.open(named.url("/mcp/sse"));
        var old = Client.initialized(named, "/mcp/sse/sse")) {
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      old.call(1, "incr");
      assertThat(ToolClient.textOf(old.next())).isEqualTo("1");
    }
  }

  @Test
  void aQuestionOfTheServerIsAnsweredByAPost() throws Exception {
    try (var client = Client.initialized(gateway, "/mcp/counter/sse")) {
      client.call(1, "ask");
      String question = client.next();
      assertThat(question).contains("sampling/createMessage");
      client.say(
          "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}"
              .formatted(ToolClient.member(question, "id"), ToolClient.sampled("me")));
      assertThat(ToolClient.textOf(client.next())).isEqualTo("me");
    }
  }

  @Test
  void aGatewayThatEndsLetsCallsFinishAndOpensNoNewStreams() throws Exception {
    server.hold();
    try (var client = Client.initialized(gateway, "/mcp/mortal/sse")) {
      client.call(1, "act");
      await().until(() -> server.heard("\"act\"") == 1);
      Thread draining =
          Thread.startVirtualThread(
              () -> {
                try {
                  gateway.gateway().drainAndClose(Duration.ofMinutes(2));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await()
          .until(
              () -> {
                try (WireExchange late =
                    new WireClient(URI.create(gateway.url("/mcp/mortal/sse"))).listen(null)) {
                  return late.status() == 503;
                }
              });
      client.call(2, "incr");
      assertThat(client.next()).contains("\"id\":2", "shutting down");
      server.release();
      assertThat(ToolClient.textOf(client.next())).isEqualTo("done");
      draining.join();
    }
  }
}
