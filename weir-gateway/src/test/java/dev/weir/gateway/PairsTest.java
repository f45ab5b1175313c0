package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Dialogue;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.WeirProgram;
import dev.weir.mcp.kit.MessageGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every wire towards clients in front of every wire towards upstreams: one row for each pair, so
 * that one that is missing can be seen. The server is an object in a gateway of its own, which
 * serves it on every wire that it has; so each wire is under test in both directions, and so is
 * each era.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class PairsTest {
  private static final int MIRRORED = 100;

  private final PairServer server = new PairServer();
  private Path folder = Path.of("");
  private TestGateway behind;
  private TestGateway gateway;

  /** A wire towards clients, and the era of what they say. */
  private enum Client {
    HTTP,
    STDIO,
    SSE,
    WEBSOCKET,
    TCP,
    UNIX,
    MODERN_HTTP,
    MODERN_STDIO,
    MODERN_WEBSOCKET,
    MODERN_TCP,
    MODERN_UNIX;

    boolean isModern() {
      return name().startsWith("MODERN");
    }
  }

  /** A wire towards an upstream, and the era of what is said on it; its name is the route's. */
  private enum Upstream {
    PAIR,
    HTTP,
    STDIO,
    SSE,
    WEBSOCKET,
    TCP,
    UNIX,
    MODERN_HTTP,
    MODERN_STDIO,
    MODERN_WEBSOCKET,
    MODERN_TCP,
    MODERN_UNIX;

    String route() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @BeforeAll
  void start() throws IOException {
    folder = Files.createTempDirectory("weir");
    behind = TestGateway.serving("sockets: [" + sockets("pair") + "]", server);
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%1$s", era: legacy }
              modern-http: { url: "%1$s", era: modern }
              sse: { url: "%1$s/sse" }
              websocket: { url: "%2$s", era: legacy }
              modern-websocket: { url: "%2$s", era: modern }
              stdio: { command: %3$s, era: legacy, standby: { max: 0 } }
              modern-stdio: { command: %3$s, era: modern, standby: { max: 0 } }
              tcp: { address: "%4$s", era: legacy }
              modern-tcp: { address: "%4$s", era: modern }
              unix: { address: "%5$s", era: legacy }
              modern-unix: { address: "%5$s", era: modern }
            sockets: [%6$s]
            """
                .formatted(
                    behind.url("/mcp/pair"),
                    behind.url("/mcp/pair").replace("http:", "ws:"),
                    TestGateway.yamlList(
                        WeirProgram.stdio("--route", "pair", "--join", behind.url(""))),
                    socket(behind, "pair", false),
                    socket(behind, "pair", true),
                    Arrays.stream(Upstream.values())
                        .filter(upstream -> upstream != Upstream.PAIR)
                        .map(upstream -> sockets(upstream.route()))
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
    String route = upstream.route();
    // The object has no name in a configuration that has others.
    TestGateway listens = upstream == Upstream.PAIR ? behind : gateway;
    return switch (wire) {
      case HTTP -> MessageClient.http(gateway.url("/mcp/" + route));
      case SSE -> MessageClient.sse(gateway.url("/mcp/" + route + "/sse"));
      case MODERN_HTTP -> MessageClient.modernHttp(gateway.url("/mcp/" + route));
      case WEBSOCKET, MODERN_WEBSOCKET -> MessageClient.webSocket(gateway.url("/mcp/" + route));
      case STDIO, MODERN_STDIO ->
          MessageClient.program(WeirProgram.stdio("--route", route, "--join", gateway.url("")));
      case TCP, MODERN_TCP -> MessageClient.socket(socket(listens, route, false));
      case UNIX, MODERN_UNIX -> MessageClient.socket(socket(listens, route, true));
    };
  }

  static Stream<Arguments> pairs() {
    return Arrays.stream(Client.values())
        .flatMap(client -> Arrays.stream(Upstream.values()).map(up -> Arguments.of(client, up)));
  }

  @ParameterizedTest(name = "{0} in front of {1}")
  @MethodSource("pairs")
  void everyKindOfMessageCrosses(Client wire, Upstream upstream) throws Exception {
    MessageClient client = client(wire, upstream);
    try (Dialogue dialogue = wire.isModern() ? Dialogue.modern(client) : Dialogue.legacy(client)) {
      dialogue.list();
      dialogue.progress();
      dialogue.question();
      dialogue.notification();
      int before = server.cancelled();
      dialogue.beginToWait();
      await().until(() -> server.waiting() == 1);
      dialogue.cancel();
      await().until(() -> server.cancelled() == before + 1);
      mirror(dialogue);
    }
  }

  /** What nobody would write by hand comes back as it was, byte for byte. */
  private static void mirror(Dialogue dialogue) throws Exception {
    long seed = Long.getLong("weir.seed", System.nanoTime());
    var messages = new MessageGenerator(seed);
    for (int i = 0; i < MIRRORED; i++) {
      String arguments = messages.object();
      assertThat(dialogue.mirror(i, arguments))
          .as("seed %d", seed)
          .containsPattern(Pattern.quote("\"structuredContent\":" + arguments) + "[,}]");
    }
  }
}
