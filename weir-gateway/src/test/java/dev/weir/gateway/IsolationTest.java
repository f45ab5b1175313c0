package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class IsolationTest {
  private static final String COUNTER =
      "upstreams: { counter: { command: " + TestGateway.yamlList(Peers.counter()) + " } }";

  @Test
  void eightClientsAtOnceNeverSeeEachOthersCounter() throws Exception {
    Set<String> processes = ConcurrentHashMap.newKeySet();
    try (var gateway = TestGateway.serving(COUNTER);
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<String>>> work = new ArrayList<>();
      for (int client = 0; client < 8; client++) {
        work.add(
            () -> {
              try (var session = ToolClient.open(gateway.url("/mcp/counter"))) {
                List<String> seen = new ArrayList<>();
                for (int call = 0; call < 20; call++) {
                  String text = session.text("incr", "{}");
                  seen.add(ToolClient.member(text, "count"));
                  processes.add(ToolClient.member(text, "pid"));
                }
                session.delete();
                return seen;
              }
            });
      }
      for (Future<List<String>> seen : clients.invokeAll(work)) {
        assertThat(seen.get())
            .containsExactly(
                "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
                "16", "17", "18", "19", "20");
      }
    }
    assertThat(processes).hasSize(8);
  }

  @Test
  void theDemonstrationCounterBelongsToOneSessionEach() throws Exception {
    try (var gateway = TestGateway.serving("");
        var first = ToolClient.open(gateway.url("/mcp/demo"));
        var second = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(first.text("counter", "{}")).isEqualTo("1");
      assertThat(first.text("counter", "{}")).isEqualTo("2");
      assertThat(second.text("demo__counter", "{}")).isEqualTo("1");
      assertThat(first.text("counter", "{}")).isEqualTo("3");
    }
  }

  @Test
  void aSessionIsUnknownOnAnotherRouteThanItsOwn() throws Exception {
    try (var gateway = TestGateway.serving("");
        var owner = ToolClient.open(gateway.url("/mcp/demo"));
        var other = ToolClient.in(gateway.url("/mcp"), owner.wire().session())) {
      assertThat(other.wire().call("tools/list", null).status()).isEqualTo(404);
      assertThat(other.wire().delete().status()).isEqualTo(404);
      assertThat(owner.text("counter", "{}")).isEqualTo("1");
    }
  }
}
