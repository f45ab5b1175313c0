package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(300)
@EnabledOnOs(OS.LINUX)
class KilledGatewayTest {
  private static String upstream(String name, String before) {
    return "  %s: { standby: { max: 0 }, command: %s }\n"
        .formatted(name, TestGateway.yamlList(Peers.shell(before)));
  }

  private static final String UPSTREAMS =
      "upstreams:\n"
          + upstream("plain", "")
          + upstream("stubborn", "trap '' TERM INT HUP")
          + upstream("family", "sleep 1000 & sh -c 'trap : TERM; sleep 1000; sleep 1000' &");

  @Test
  void aGatewayThatIsKilledLeavesNoneOfItsTwentyServersAndNothingThatTheyStarted()
      throws Exception {
    List<ProcessHandle> children = List.of();
    List<ToolClient> clients = new ArrayList<>();
    try (var gateway = GatewayProcess.serving(UPSTREAMS)) {
      for (int n = 0; n < 18; n++) {
        clients.add(ToolClient.open(gateway.url("/mcp/plain")));
      }
      clients.add(ToolClient.open(gateway.url("/mcp/stubborn")));
      clients.add(ToolClient.open(gateway.url("/mcp/family")));
      // Twenty servers, three processes of a family, and the guard.
      await().until(() -> gateway.children().size() >= 24);
      children = gateway.children();
      assertThat(children).allMatch(GatewayProcess::isRunning);
      gateway.kill();
      for (ProcessHandle child : children) {
        await().until(() -> !GatewayProcess.isRunning(child));
      }
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
      for (ToolClient client : clients) {
        client.close();
      }
    }
  }
}
