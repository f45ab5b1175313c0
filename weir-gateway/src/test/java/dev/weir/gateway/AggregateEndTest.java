package dev.weir.gateway;

import static dev.weir.gateway.ManyUpstreams.count;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.pool.kit.Patience;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is left of several upstreams behind one path when a session or the gateway ends. */
@Timeout(300)
class AggregateEndTest {
  private static final Duration SOON = Patience.LIMIT;

  @RegisterExtension static final ManyUpstreams upstreams = new ManyUpstreams();

  @Test
  void noProcessOfAnUpstreamIsLeftWhenItsSessionHasEnded() throws Exception {
    long pid;
    try (var client = upstreams.open("{}")) {
      pid = Long.parseLong(ToolClient.member(client.text("twin__incr", "{}"), "pid"));
      assertThat(ProcessHandle.of(pid)).isPresent();
      client.delete();
    }
    await().atMost(SOON).until(() -> ProcessHandle.of(pid).isEmpty());
    await()
        .atMost(SOON)
        .until(
            () ->
                upstreams.gateway().metric("weir_sessions") == 0
                    && upstreams
                            .gateway()
                            .metric(
                                "weir_upstream_sessions{transport=\"http\",upstream=\"fixture\"}")
                        == 0);
  }

  @Test
  void closingTheGatewayEndsTheProcessesOfSessionsThatAreStillOpen() throws Exception {
    // The guard that starts with the first process of a JVM outlives every gateway in it. What the
    // gateway of all tests kept ready could start at any time.
    try (var first = upstreams.open("{}")) {
      assertThat(count(first, "counter")).isEqualTo("1");
      first.delete();
    }
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    try (var closing =
            TestGateway.serving(
                """
                upstreams:
                  counter: { command: %s, stop-grace: 300ms }
                  everything: { command: %s, stop-grace: 300ms }
                """
                    .formatted(
                        TestGateway.yamlList(Peers.counter("--ignore-term")),
                        TestGateway.yamlList(Peers.everythingStdio())));
        var client = ToolClient.open(closing.url("/mcp"))) {
      String grandchildren = client.text("counter__grandchild", "{}");
      List<ProcessHandle> started = startedSince(before);
      assertThat(started)
          .extracting(ProcessHandle::pid)
          .contains(
              Long.valueOf(ToolClient.member(grandchildren, "sleeper")),
              Long.valueOf(ToolClient.member(grandchildren, "stubborn")))
          .hasSizeGreaterThanOrEqualTo(4);
      closing.close();
      // By their handles: a process whose parent has ended is no descendant any more.
      await().atMost(SOON).until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  private static List<ProcessHandle> startedSince(List<ProcessHandle> before) {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.isAlive() && !before.contains(process))
        .toList();
  }
}
