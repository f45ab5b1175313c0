package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.WeirProgram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modern clients that others wrote, in front of servers of either era. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ModernPeersTest {
  private PeerServer fixture;
  private PeerServer modern;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.legacyFixtureHttp();
    modern = Peers.fixtureModern();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%1$s" }
              stdio: { command: %2$s, era: legacy }
              modern-stdio: { command: %3$s }
              modern: { url: "%4$s" }
            """
                .formatted(
                    fixture.url(),
                    TestGateway.yamlList(Peers.fixtureStdio()),
                    TestGateway.yamlList(Peers.fixtureModernStdio()),
                    modern.url()));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    for (PeerServer server : new PeerServer[] {fixture, modern}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "stdio", "modern-stdio"})
  void theOfficialTypeScriptClientWorksPinnedToTheModernVersion(String upstream) throws Exception {
    sawEverything(Peers.modernSdkClient(gateway.url("/mcp/" + upstream)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "stdio", "modern-stdio"})
  void soItDoesOverStandardInputAndOutput(String upstream) throws Exception {
    sawEverything(
        Peers.modernSdkClient(WeirProgram.stdio("--route", upstream, "--join", gateway.url(""))));
  }

  private static void sawEverything(Peers.Finished run) {
    assertThat(run.exitCode()).as(run.output()).isZero();
    // The program of the second test writes its log to stderr, and the client shows that.
    assertThat(run.output().lines().filter(line -> !line.matches("weir: joins .*|.* INFO .*")))
        .containsExactly(
            "version: \"2026-07-28\"",
            "server: \"weir-fixture\"",
            "tools: true",
            "echo: \"Echo: hello\"",
            "call: \"Progress reported\"",
            "progress: true",
            "elicitation: \"Hello, Ada!\"",
            "sampling: \"The model said {\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"Paris\\\"}\"",
            "roots: \"Roots: file:///ada\"",
            "several: \"Hello, Ada!\"",
            "resource: \"This is the content of the static text resource.\"",
            "prompts: true",
            "missing: -32602");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdio", "websocket"})
  void aToolThatWantsHeaderFieldsIsCalledFromAWireThatHasNone(String wire) throws Exception {
    String call =
        MessageClient.request(
            "1",
            "tools/call",
            """
            {"name": "test_header_arguments", "arguments": {"region": "Zürich", "priority": 7},
             "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                       "io.modelcontextprotocol/clientCapabilities": {}}}"""
                .replace("\n", ""));
    try (MessageClient client =
        wire.equals("stdio")
            ? MessageClient.program(
                WeirProgram.stdio("--route", "modern", "--join", gateway.url("")))
            : MessageClient.webSocket(gateway.url("/mcp/modern"))) {
      client.send(call);
      assertThat(client.response("1")).contains("Region Zürich");
    }
  }

  @ParameterizedTest
  @CsvSource({"http", "stdio"})
  void theInspectorWorksInItsModernEra(String upstream) throws Exception {
    Peers.Finished call =
        Peers.inspector(
            gateway.url("/mcp/" + upstream),
            "--transport",
            "http",
            "--protocol-era",
            "modern",
            "--format",
            "json",
            "-q",
            "--method",
            "tools/call",
            "--tool-name",
            "echo",
            "--tool-arg",
            "message=hello");
    assertThat(call.exitCode()).as(call.output()).isZero();
    assertThat(call.output()).contains("\"Echo: hello\"");
  }
}
