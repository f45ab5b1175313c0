package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A client whose wire carries everything in one stream: where its session begins and ends. */
@Timeout(120)
class ChannelSessionTest {
  private final PairServer server = new PairServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.serving("", server);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** A client in lines over a socket that the gateway is handed. */
  private static MessageClient connect(TestGateway gateway, String path) throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var mine = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
      Socket theirs = listener.accept();
      InputStream in = theirs.getInputStream();
      OutputStream out = theirs.getOutputStream();
      ClientChannel channel = Transports.lines(in, out, theirs, 1 << 20, "client of a test");
      Thread.startVirtualThread(
          () -> {
            try {
              gateway.gateway().serve(channel, path);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      return MessageClient.socket(mine);
    }
  }

  private MessageClient connect() throws IOException {
    return connect(gateway, "/mcp/pair");
  }

  private static boolean isError(JsonNode message) {
    return message.has("error");
  }

  @Test
  void initializeComesFirstAndOnlyOnce() throws Exception {
    try (MessageClient client = connect()) {
      assertThat(client.call("1", "ping", "{}")).contains("\"result\"");
      assertThat(client.call("2", "tools/list", "{}")).contains("-32600", "initialize comes first");
      assertThat(gateway.metric("weir_sessions")).isZero();
      client.open("2025-11-25");
      assertThat(client.call("3", "initialize", "{\"protocolVersion\":\"2025-11-25\"}"))
          .contains("initialized already");
      assertThat(client.call("4", "tools/list", "{}")).contains("mirror");
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }

  @Test
  void whatIsNoMessageIsAnsweredAndNothingIsLost() throws Exception {
    try (MessageClient client = connect().open("2025-11-25")) {
      client.send("{ this is no JSON");
      assertThat(client.next(ChannelSessionTest::isError)).contains("-32700", "\"id\":null");
      client.send("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]");
      assertThat(client.next(ChannelSessionTest::isError)).contains("batches exist in");
      client.send("");
      assertThat(client.call("2", "ping", "{}")).contains("\"result\"");
    }
  }

  @Test
  void aBatchIsAnsweredWhereTheVersionHasIt() throws Exception {
    try (MessageClient client = connect().open("2025-03-26")) {
      client.send(
          "["
              + MessageClient.request("1", "ping", "{}")
              + ","
              + MessageClient.request("2", "tools/list", "{}")
              + "]");
      assertThat(client.next(message -> message.path("id").asInt() == 2)).contains("mirror");
    }
  }

  @Test
  void anIdIsInUseUntilItsRequestIsAnswered() throws Exception {
    try (MessageClient client = connect().open("2025-11-25")) {
      client.send(MessageClient.request("7", "tools/call", "{\"name\":\"wait\"}"));
      await().until(() -> server.waiting() == 1);
      assertThat(client.call("7", "ping", "{}")).contains("request id 7 is in use");
    }
  }

  @Test
  void whoLeavesTakesItsSessionAndItsCallsWithIt() throws Exception {
    MessageClient client = connect().open("2025-11-25");
    client.send(MessageClient.request("7", "tools/call", "{\"name\":\"wait\"}"));
    await().until(() -> server.waiting() == 1);
    client.close();
    await().until(() -> gateway.metric("weir_sessions") == 0);
    await().until(() -> server.waiting() == 0);
    assertThat(gateway.metric("weir_sessions_ended_total{cause=\"left\"}")).isEqualTo(1);
  }

  @Test
  void aRefusedInitializeMayBeTriedAgain() throws Exception {
    try (var upstream = new MortalHttpServer();
        var front =
            TestGateway.serving(
                "sessions: { max: 1 }\nupstreams: { mortal: { url: \"http://127.0.0.1:%d/mcp\" } }"
                    .formatted(upstream.port()));
        MessageClient first = connect(front, "/mcp/mortal").open("2025-11-25");
        MessageClient second = connect(front, "/mcp/mortal")) {
      assertThat(second.call("1", "initialize", "{\"protocolVersion\":\"2025-11-25\"}"))
          .contains("-32603", "busy");
      first.close();
      await().until(() -> front.metric("weir_sessions") == 0);
      second.open("2025-11-25");
      assertThat(second.call("2", "tools/list", "{}")).contains("look");
    }
  }

  @Test
  void aSessionThatEndsClosesTheConnection() throws Exception {
    String yaml = "sessions: { max-lifetime: 1s }";
    try (var front = TestGateway.serving(yaml, server);
        MessageClient client = connect(front, "/mcp/pair").open("2025-11-25")) {
      client.awaitEnd();
      assertThat(front.metric("weir_sessions_ended_total{cause=\"lifetime\"}")).isEqualTo(1);
    }
  }

  @Test
  void aDrainingGatewayFinishesCallsAndTakesNoNewOnes() throws Exception {
    try (MessageClient client = connect().open("2025-11-25")) {
      client.send(MessageClient.request("1", "tools/call", "{\"name\":\"ask\"}"));
      String asked = client.next(message -> message.path("method").asString("").startsWith("samp"));
      Thread drain =
          Thread.startVirtualThread(
              () -> {
                try {
                  gateway.gateway().drainAndClose(Duration.ofMinutes(1));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await().until(() -> client.call("2", "tools/list", "{}").contains("shutting down"));
      client.send(
          "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":{\"type\":\"text\",\"text\":\"Ada\"}}}"
              .formatted(
                  tools.jackson.databind.json.JsonMapper.shared().readTree(asked).get("id")));
      assertThat(client.response("1")).contains("Ada");
      drain.join();
      client.awaitEnd();
    }
  }
}
