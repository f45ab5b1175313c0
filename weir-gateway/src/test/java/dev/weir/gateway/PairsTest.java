package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.WeirProgram;
import dev.weir.mcp.kit.MessageGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every wire towards clients in front of every wire towards upstreams: one row for each pair, so
 * that one that is missing can be seen. The server is an object in a gateway of its own, which
 * serves it on every wire that it has; so each wire is under test in both directions.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class PairsTest {
  private static final int MIRRORED = 300;

  private final PairServer server = new PairServer();
  private Path folder = Path.of("");
  private TestGateway behind;
  private TestGateway gateway;

  /** A wire towards clients. */
  private enum Client {
    HTTP,
    STDIO,
    SSE,
    WEBSOCKET,
    TCP,
    UNIX
  }

  /** A wire towards an upstream; its name is the route's. */
  private enum Upstream {
    PAIR,
    HTTP,
    STDIO,
    SSE,
    WEBSOCKET,
    TCP,
    UNIX
  }

  @BeforeAll
  void start() throws IOException {
    folder = Files.createTempDirectory("weir");
    behind = TestGateway.serving("sockets: [" + sockets("pair") + "]", server);
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%s" }
              sse: { url: "%s" }
              websocket: { url: "%s" }
              stdio: { command: %s }
              tcp: { address: "%s" }
              unix: { address: "%s" }
            sockets: [%s]
            """
                .formatted(
                    behind.url("/mcp/pair"),
                    behind.url("/mcp/pair/sse"),
                    behind.url("/mcp/pair").replace("http:", "ws:"),
                    TestGateway.yamlList(
                        WeirProgram.stdio("--route", "pair", "--join", behind.url(""))),
                    socket(behind, "pair", false),
                    socket(behind, "pair", true),
                    Stream.of("http", "stdio", "sse", "websocket", "tcp", "unix")
                        .map(this::sockets)
                        .collect(Collectors.joining(", "))),
            server);
  }

  /** One of each kind for a route. */
  private String sockets(String route) {
    return "{ listen: \"127.0.0.1:0\", route: %1$s }, { listen: \"unix:%2$s\", route: %1$s }"
        .formatted(route, folder.resolve(route));
  }

  /** Where clients find the route. */
  private static String socket(TestGateway gateway, String route, boolean unix) {
    return gateway.gateway().sockets().entrySet().stream()
        .filter(entry -> entry.getValue().equals("/mcp/" + route))
        .map(Map.Entry::getKey)
        .filter(place -> place.startsWith("unix:") == unix)
        .findFirst()
        .orElseThrow();
  }

  @AfterAll
  void stop() throws IOException {
    for (TestGateway one : new TestGateway[] {gateway, behind}) {
      if (one != null) {
        one.close();
      }
    }
    Files.delete(folder); // no socket file is left in it
  }

  private MessageClient client(Client wire, Upstream upstream) throws IOException {
    String route = upstream.name().toLowerCase(java.util.Locale.ROOT);
    // The object has no name in a configuration that has others.
    TestGateway listens = upstream == Upstream.PAIR ? behind : gateway;
    return switch (wire) {
      case HTTP -> MessageClient.http(gateway.url("/mcp/" + route));
      case SSE -> MessageClient.sse(gateway.url("/mcp/" + route + "/sse"));
      case WEBSOCKET -> MessageClient.webSocket(gateway.url("/mcp/" + route));
      case STDIO ->
          MessageClient.program(WeirProgram.stdio("--route", route, "--join", gateway.url("")));
      case TCP -> MessageClient.socket(socket(listens, route, false));
      case UNIX -> MessageClient.socket(socket(listens, route, true));
    };
  }

  static Stream<Arguments> pairs() {
    return Arrays.stream(Client.values())
        .flatMap(client -> Arrays.stream(Upstream.values()).map(up -> Arguments.of(client, up)));
  }

  @ParameterizedTest(name = "{0} in front of {1}")
  @MethodSource("pairs")
  void everyKindOfMessageCrosses(Client wire, Upstream upstream) throws Exception {
    try (MessageClient client = client(wire, upstream).open("2025-11-25")) {
      assertThat(client.call("1", "tools/list", "{}")).contains("mirror");
      progress(client);
      question(client);
      notification(client);
      cancellation(client);
      mirror(client);
    }
  }

  private static void progress(MessageClient client) throws Exception {
    client.send(call("2", "steps", "{}", "\"a token\""));
    for (int step = 1; step <= 3; step++) {
      assertThat(client.next(message -> is(message, "notifications/progress")))
          .contains("\"progress\":" + step, "\"a token\"");
    }
    assertThat(client.response("2")).contains("stepped");
  }

  private static void question(MessageClient client) throws Exception {
    client.send(call("\"three\"", "ask", "{}", null));
    String asked = client.next(message -> is(message, "sampling/createMessage"));
    assertThat(asked).contains("Who?");
    client.send(
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"Ada\"}}}"
            .formatted(JsonMapper.shared().readTree(asked).get("id")));
    assertThat(client.response("\"three\"")).contains("\"said\"", "Ada");
  }

  private static void notification(MessageClient client) throws Exception {
    client.send(call("4", "tell", "{}", null));
    assertThat(client.next(message -> is(message, "notifications/tools/list_changed"))).isNotNull();
    // Either may be first, so the response may have been passed over.
  }

  private void cancellation(MessageClient client) throws Exception {
    int before = server.cancelled();
    client.send(call("5", "wait", "{}", null));
    await().until(() -> server.waiting() == 1);
    client.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5}}");
    await().until(() -> server.cancelled() == before + 1);
    assertThat(client.call("6", "ping", "{}")).contains("result");
  }

  /** What nobody would write by hand comes back as it was, byte for byte. */
  private static void mirror(MessageClient client) throws Exception {
    long seed = Long.getLong("weir.seed", System.nanoTime());
    var messages = new MessageGenerator(seed);
    for (int i = 0; i < MIRRORED; i++) {
      String arguments = messages.object();
      String id = "\"mirror-" + i + "\"";
      client.send(call(id, "mirror", arguments, null));
      assertThat(client.response(id))
          .as("seed %d", seed)
          .contains("\"structuredContent\":" + arguments + "}");
    }
  }

  private static boolean is(JsonNode message, String method) {
    return message.path("method").asString("").equals(method);
  }

  private static String call(
      String id, String tool, String arguments, @org.jspecify.annotations.Nullable String token) {
    String meta = token == null ? "" : ",\"_meta\":{\"progressToken\":" + token + "}";
    return MessageClient.request(
        id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + meta + "}");
  }
}
