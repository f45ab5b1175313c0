package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Options that say one thing, seen at the other end of the gateway. */
@Timeout(120)
class ConfiguredTest {
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

  @Test
  void hostsAndOriginsThatAreAllowedAreLetInAndNoOthers() throws Exception {
    String allowed =
        "allowed-hosts: [weir.example.com]\nallowed-origins: [https://app.example.com]\n";
    try (var gateway = TestGateway.serving(allowed);
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      assertThat(status(client, "Host", "weir.example.com")).isEqualTo(200);
      assertThat(status(client, "Host", "app.example.com")).isEqualTo(403);
      assertThat(status(client, "Origin", "https://app.example.com")).isEqualTo(200);
      assertThat(status(client, "Origin", "https://weir.example.com")).isEqualTo(403);
    }
  }

  @Test
  void aListMayBeKeptForAsLongAsTheConfigurationSays() throws Exception {
    try (var gateway = TestGateway.serving("modern: { list-ttl: 7s }\n");
        var client = new ModernClient(gateway.url("/mcp/demo"))) {
      assertThat(client.result("tools/list", "{}").path("ttlMs").asLong()).isBetween(1L, 7000L);
    }
  }

  @Test
  void aProcessRunsInItsDirectory(@TempDir Path folder) throws Exception {
    String yaml =
        "upstreams: { there: { command: %s, directory: \"%s\", standby: { max: 0 } } }"
            .formatted(TestGateway.yamlList(Peers.shell("pwd -P > where")), folder);
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp/there"))) {
      assertThat(folder.resolve("where")).hasContent(folder.toRealPath().toString());
    }
  }

  private static int status(ToolClient client, String header, String value) throws Exception {
    return client.wire().post(PING, Map.of(header, value)).status();
  }
}
