package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Application;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.pool.kit.Patience;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java SDK as a client of the gateway, as an application would use it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class JavaSdkClientTest {
  private static final Duration SOON = Patience.LIMIT;

  @TempDir private static Path folder;
  private PeerServer everything;
  private PeerServer everythingSse;
  private PeerServer everythingWebSocket;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    everything = Peers.everythingHttp();
    everythingSse = Peers.everythingSse();
    everythingWebSocket = Peers.everythingWebSocket();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              everything-http: { url: "%s" }
              everything-sse: { url: "%s" }
              everything-websocket: { url: "%s" }
              everything-stdio: { command: %s }
              files: { command: %s }
            """
                .formatted(
                    everything.url(),
                    everythingSse.url(),
                    everythingWebSocket.url(),
                    TestGateway.yamlList(Peers.everythingStdio()),
                    TestGateway.yamlList(Peers.filesystemStdio(folder))));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (everything != null) {
      everything.close();
    }
    if (everythingSse != null) {
      everythingSse.close();
    }
    if (everythingWebSocket != null) {
      everythingWebSocket.close();
    }
  }

  private void assertNoSessionIsLeft() {
    await().atMost(SOON).until(() -> gateway.metric("weir_sessions") == 0);
  }

  @Test
  void theDemonstrationServerIsListedCalledAndAnswered() throws Exception {
    try (var demo = TestGateway.serving("")) {
      try (var application = Application.overHttp(demo, "/mcp/demo")) {
        assertThat(application.client.getServerInfo().name()).isEqualTo("weir-demo");
        assertThat(application.tools()).contains("echo", "add", "slow", "ask");
        assertThat(application.call("add", Map.of("a", 2, "b", 40))).isEqualTo("42");
        assertThat(application.call("ask", Map.of("question", "What is it?")))
            .contains("the user says 42");
        application.callWithProgress("slow", Map.of("seconds", 0.2, "steps", 3));
        await().atMost(SOON).until(() -> application.progress.size() == 3);
        assertThat(application.progress).allMatch(step -> step.progressToken().equals("mine"));
      }
      await().atMost(SOON).until(() -> demo.metric("weir_sessions") == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"everything-stdio", "everything-http", "everything-sse", "everything-websocket"})
  void theReferenceServerIsListedAndCalledOnEachWire(String upstream) {
    try (var application = Application.overHttp(gateway, "/mcp/" + upstream)) {
      assertThat(application.tools()).contains("echo", "get-sum");
      assertThat(application.call("echo", Map.of("message", "grüße ✓"))).isEqualTo("Echo: grüße ✓");
      assertThat(application.call("get-sum", Map.of("a", 2, "b", 40))).contains("42");
    }
    assertNoSessionIsLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"everything-stdio", "everything-http", "everything-sse", "everything-websocket"})
  void progressOfACallArrives(String upstream) {
    try (var application = Application.overHttp(gateway, "/mcp/" + upstream)) {
      application.callWithProgress(
          "trigger-long-running-operation", Map.of("duration", 0.3, "steps", 3));
      await().atMost(SOON).until(() -> application.progress.size() == 3);
      assertThat(application.progress).allMatch(step -> step.progressToken().equals("mine"));
      // The SDK hands each one to a thread of its own: their order is not the gateway's.
      assertThat(application.progress.stream().map(ProgressNotification::progress))
          .containsExactlyInAnyOrder(1.0, 2.0, 3.0);
    }
    assertNoSessionIsLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"everything-stdio", "everything-http", "everything-sse", "everything-websocket"})
  void questionsToTheModelAndToTheUserAreAnsweredByTheApplication(String upstream) {
    try (var application = Application.overHttp(gateway, "/mcp/" + upstream)) {
      await().atMost(SOON).until(() -> application.tools().contains("trigger-sampling-request"));
      assertThat(application.call("trigger-sampling-request", Map.of("prompt", "What is it?")))
          .contains("the model says 42");
      assertThat(application.call("trigger-elicitation-request", Map.of())).contains("Name: Ada");
    }
    assertNoSessionIsLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"everything-stdio", "everything-http", "everything-sse", "everything-websocket"})
  void whatTheServerLogsOnItsOwnReachesTheApplication(String upstream) {
    try (var application = Application.overHttp(gateway, "/mcp/" + upstream)) {
      application.client.setLoggingLevel(LoggingLevel.DEBUG);
      application.call("toggle-simulated-logging", Map.of());
      await().atMost(SOON).until(() -> !application.logged.isEmpty());
      assertThat(application.logged.element().data()).containsIgnoringCase("level");
    }
    assertNoSessionIsLeft();
  }

  @Test
  void aFileIsReadThroughTheFilesystemServer() throws Exception {
    Path file = Files.writeString(folder.resolve("note.txt"), "read through the gateway: ✓");
    try (var application = Application.overHttp(gateway, "/mcp/files")) {
      assertThat(application.tools()).contains("read_text_file", "list_directory");
      assertThat(application.call("read_text_file", Map.of("path", file.toRealPath().toString())))
          .isEqualTo("read through the gateway: ✓");
      assertThat(application.call("list_directory", Map.of("path", folder.toRealPath().toString())))
          .contains("note.txt");
    }
    assertNoSessionIsLeft();
  }

  @Test
  void theMergedPathIsOneServerToTheApplication() {
    try (var application = Application.overHttp(gateway, "/mcp")) {
      assertThat(application.tools())
          .contains("everything-http__echo", "everything-stdio__echo", "files__read_text_file");
      assertThat(application.call("everything-http__get-sum", Map.of("a", 2, "b", 40)))
          .contains("42");
      String uri = application.client.listResources().resources().getFirst().uri();
      var contents =
          application.client.readResource(ReadResourceRequest.builder(uri).build()).contents();
      assertThat(((TextResourceContents) contents.getFirst()).text()).isNotEmpty();
    }
    assertNoSessionIsLeft();
  }
}
