package dev.weir.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page docs/embedding.md: its example runs, and stands there as it stands here. */
class EmbeddingTest {
  private static final Path HERE =
      Path.of("src", "test", "java", "dev", "weir", "gateway", "EmbeddingTest.java");
  private static final Path PAGE = Path.of("..", "docs", "embedding.md");

  // The example begins here.
  static final class Greeter implements InProcessServer.Conversation {
    private static final String HELLO =
        """
        {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
         "serverInfo": {"name": "greeter", "version": "1"}}""";
    private static final String TOOLS =
        """
        {"tools": [{"name": "greet", "inputSchema": {"type": "object"}}]}""";

    private int greeted; // of this client: each has a conversation of its own

    @Override
    public synchronized Envelope request(Envelope request, InProcessServer.Peer client) {
      var id = requireNonNull(request.id());
      return switch (requireNonNull(request.method())) {
        case "initialize" -> Messages.result(id, HELLO);
        case "ping" -> Messages.result(id, "{}");
        case "tools/list" -> Messages.result(id, TOOLS);
        case "tools/call" ->
            Messages.result(
                id,
                "{\"content\":[{\"type\":\"text\",\"text\":\"hello %d\"}]}".formatted(++greeted));
        default -> Messages.error(id, JsonRpcError.METHOD_NOT_FOUND, "no such method", null);
      };
    }

    @Override
    public void notification(Envelope notification) {}

    @Override
    public void close() {}
  }

  static Gateway serve(GatewayConfig config) throws java.io.IOException {
    return Gateway.start(config, Map.of("greeter", client -> new Greeter()));
  }

  // The example ends here.

  private static GatewayConfig config(String yaml) throws Exception {
    return ConfigReader.read("test", yaml, Path.of("").toAbsolutePath(), System::getenv);
  }

  @Test
  void anObjectOfTheProgramIsServedToEachClientOnItsOwn() throws Exception {
    try (var gateway = serve(config("listen: 127.0.0.1:0"))) {
      String url = "http://127.0.0.1:" + gateway.address().getPort() + "/mcp/greeter";
      try (var one = ToolClient.open(url);
          var other = ToolClient.open(url)) {
        assertThat(one.text("greet", "{}")).isEqualTo("hello 1");
        assertThat(one.text("greet", "{}")).isEqualTo("hello 2");
        assertThat(other.text("greet", "{}")).isEqualTo("hello 1");
      }
      assertThat(gateway.routes()).extracting(route -> route.path()).doesNotContain("/mcp/demo");
    }
  }

  @Test
  void aNameThatIsTakenOrNoneIsRefused() throws Exception {
    GatewayConfig taken = config("upstreams: { greeter: { command: [x] } }");
    assertThatThrownBy(() -> serve(taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"greeter\" is in the configuration already");
    GatewayConfig defaults = GatewayConfig.defaults();
    assertThatThrownBy(() -> Gateway.start(defaults, Map.of("My Server", client -> new Greeter())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"My Server\": not a name");
  }

  @Test
  void thePageHasTheExampleAsItStandsHere() throws Exception {
    String[] parts = Files.readString(HERE).split("  // The example (begins|ends) here\\.\n", -1);
    String example = parts[1].strip().indent(2).stripIndent().strip();
    assertThat(Files.readString(PAGE).replaceAll("(?m)^ +", ""))
        .contains(example.replaceAll("(?m)^ +", ""));
  }
}
