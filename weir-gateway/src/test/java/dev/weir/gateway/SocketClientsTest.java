package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Application;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.tcp.Address;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients on TCP and Unix sockets, the gateway, and the reference server on each wire. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class SocketClientsTest {
  /** Lends a socket its standard input and output, so that the official SDK can use it. */
  private static final String PIPE =
      """
      const [host, port] = process.argv.slice(1);
      const socket = require('net').connect(port ? { host, port: Number(port) } : { path: host });
      process.stdin.pipe(socket);
      socket.pipe(process.stdout);
      """;

  private static final List<String> UPSTREAMS = List.of("stdio", "http", "tcp", "unix");

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private Path folder = Path.of("");
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    folder = Files.createTempDirectory("weir");
    PeerServer http = kept(Peers.everythingHttp());
    ScriptedPeer tcp = kept(ScriptedPeer.lending(Kind.TCP, Peers.everythingStdio()));
    ScriptedPeer unix = kept(ScriptedPeer.lending(Kind.UNIX, Peers.everythingStdio()));
    StringBuilder sockets = new StringBuilder();
    for (String upstream : UPSTREAMS) {
      sockets.append("  - { listen: \"127.0.0.1:0\", route: " + upstream + " }\n");
      sockets.append(
          "  - { listen: \"unix:" + folder.resolve(upstream) + "\", route: " + upstream + " }\n");
    }
    gateway =
        kept(
            TestGateway.serving(
                """
                upstreams:
                  stdio: { stop-grace: 300ms, standby: { max: 0 }, command: %s }
                  http: { url: "%s" }
                  tcp: { address: "%s" }
                  unix: { address: "%s" }
                sockets:
                %s"""
                    .formatted(
                        TestGateway.yamlList(Peers.everythingStdio()),
                        http.url(),
                        tcp.address(),
                        unix.address(),
                        sockets)));
  }

  private <T extends AutoCloseable> T kept(T resource) {
    toClose.add(resource);
    return resource;
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("socket files").isEmpty();
    }
    Files.delete(folder);
  }

  static Stream<Arguments> pairs() {
    return UPSTREAMS.stream()
        .flatMap(upstream -> Stream.of(Kind.values()).map(kind -> Arguments.of(kind, upstream)));
  }

  /** Where clients of this kind find the route. */
  private String place(Kind kind, String upstream) {
    return gateway.gateway().sockets().entrySet().stream()
        .filter(entry -> entry.getValue().equals("/mcp/" + upstream))
        .map(Map.Entry::getKey)
        .filter(place -> place.startsWith("unix:") == (kind == Kind.UNIX))
        .findFirst()
        .orElseThrow();
  }

  private Application application(Kind kind, String upstream) {
    List<String> command = new ArrayList<>(List.of("node", "-e", PIPE));
    switch (Address.parse(place(kind, upstream))) {
      case Address.Port(String host, int port) -> command.addAll(List.of(host, "" + port));
      case Address.Unix(Path path) -> command.add(path.toString());
    }
    return Application.overStdio(command);
  }

  private void assertNothingIsLeft(String upstream) {
    await().until(() -> gateway.metric("weir_sessions") == 0);
    await()
        .until(
            () ->
                gateway
                        .page("/metrics")
                        .lines()
                        .filter(line -> line.startsWith("weir_upstream_sessions{"))
                        .filter(line -> line.contains("upstream=\"" + upstream + "\""))
                        .filter(line -> line.endsWith(" 0.0") || line.endsWith(" 0"))
                        .count()
                    == 1);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void theOfficialSdkListsCallsAndIsAskedOverEveryPairOfWires(Kind kind, String upstream) {
    try (Application application = application(kind, upstream)) {
      assertThat(application.tools()).contains("echo", "get-sum");
      assertThat(application.call("echo", Map.of("message", "grüße ✓"))).isEqualTo("Echo: grüße ✓");
      application.callWithProgress(
          "trigger-long-running-operation", Map.of("duration", 0.3, "steps", 3));
      await().until(() -> application.progress.size() == 3);
      assertThat(application.progress.stream().map(ProgressNotification::progress))
          .containsExactlyInAnyOrder(1.0, 2.0, 3.0);
      await().until(() -> application.tools().contains("trigger-sampling-request"));
      assertThat(application.call("trigger-sampling-request", Map.of("prompt", "What is it?")))
          .contains("the model says 42");
      assertThat(application.call("trigger-elicitation-request", Map.of())).contains("Name: Ada");
      application.client.setLoggingLevel(LoggingLevel.DEBUG);
      application.call("toggle-simulated-logging", Map.of());
      await().until(() -> !application.logged.isEmpty());
    }
    assertNothingIsLeft(upstream);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aClientThatBreaksOffTakesItsCallsWithIt(Kind kind, String upstream) throws Exception {
    try (MessageClient client = MessageClient.socket(place(kind, upstream)).open("2025-11-25")) {
      client.send(
          MessageClient.request(
              "1",
              "tools/call",
              """
              {"name":"trigger-long-running-operation","_meta":{"progressToken":"p"},\
              "arguments":{"duration":600,"steps":1200}}"""));
      client.next(message -> message.path("method").asString("").equals("notifications/progress"));
    }
    assertNothingIsLeft(upstream);
  }
}
