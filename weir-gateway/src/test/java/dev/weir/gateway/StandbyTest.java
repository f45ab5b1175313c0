package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G4: processes that are ready before a client comes, with real ones. */
@Timeout(300)
class StandbyTest {
  private static TestGateway serving(String options, String... flags) throws IOException {
    return TestGateway.serving(
        "upstreams: { counter: { stop-grace: 300ms, "
            + options
            + ", command: "
            + TestGateway.yamlList(Peers.counter(flags))
            + " } }");
  }

  private static double ready(TestGateway gateway, String tier) throws IOException {
    return gateway.metric("weir_upstream_standby{tier=\"" + tier + "\",upstream=\"counter\"}");
  }

  private static double taken(TestGateway gateway, String from) throws IOException {
    return gateway.metric(
        "weir_upstream_standby_taken_total{from=\"" + from + "\",upstream=\"counter\"}");
  }

  private static long pid(ToolClient client) throws IOException {
    String text = client.text("incr", "{}");
    assertThat(ToolClient.member(text, "count")).as("nobody was here before").isEqualTo("1");
    return Long.parseLong(ToolClient.member(text, "pid"));
  }

  private static Set<Long> running() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  @Test
  void theFirstClientGetsAProcessThatWasStartedBeforeItCame() throws Exception {
    try (var gateway = serving("standby: { min: 1 }")) {
      await().until(() -> ready(gateway, "started") == 1);
      Set<Long> before = running();
      try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
        assertThat(before).contains(pid(client));
        assertThat(taken(gateway, "started")).isEqualTo(1);
      }
    }
  }

  @Test
  void aProcessMayHaveBeenReadyForLongerThanItMayTakeToAnswer() throws Exception {
    try (var gateway = serving("start-timeout: 3s, standby: { min: 1 }")) {
      await().until(() -> ready(gateway, "started") == 1);
      long since = System.nanoTime();
      await().until(() -> System.nanoTime() - since > Duration.ofMillis(3_500).toNanos());
      try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
        assertThat(pid(client)).isPositive();
        assertThat(taken(gateway, "started")).isEqualTo(1);
      }
    }
  }

  @Test
  void whoSaysWhatAllSayGetsAProcessThatHasAnsweredThatAlready() throws Exception {
    try (var gateway = serving("standby: { min: 1 }");
        var first = ToolClient.open(gateway.url("/mcp/counter"))) {
      long other = pid(first);
      await().until(() -> ready(gateway, "greeted") == 1);
      try (var wire = new WireClient(URI.create(gateway.url("/mcp/counter")))) {
        assertThat(wire.open("2025-11-25", "{}").response()).contains("\"weir-counter\"");
        assertThat(taken(gateway, "greeted")).isEqualTo(1);
        assertThat(pid(ToolClient.in(gateway.url("/mcp/counter"), wire.session())))
            .isNotEqualTo(other);
      }
    }
  }

  @Test
  void whoSaysSomethingElseSpeaksWithItsProcessItself() throws Exception {
    try (var gateway = serving("standby: { min: 1 }");
        var first = ToolClient.open(gateway.url("/mcp/counter"))) {
      pid(first);
      await().until(() -> ready(gateway, "greeted") == 1);
      try (var wire = new WireClient(URI.create(gateway.url("/mcp/counter")))) {
        assertThat(wire.open("2025-06-18", "{}").response()).contains("2025-06-18");
        pid(ToolClient.in(gateway.url("/mcp/counter"), wire.session()));
        assertThat(taken(gateway, "greeted")).isZero();
      }
    }
  }

  @Test
  void moreClientsAtOnceThanAreReadyAllGetOneOfTheirOwn() throws Exception {
    try (var gateway = serving("standby: { min: 2, max: 3 }");
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      await().until(() -> ready(gateway, "started") == 2);
      List<Callable<Long>> work = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        work.add(
            () -> {
              try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
                return pid(client);
              }
            });
      }
      Set<Long> processes = new HashSet<>();
      for (Future<Long> pid : clients.invokeAll(work)) {
        processes.add(pid.get());
      }
      assertThat(processes).hasSize(8);
      // The first client takes one. The other may be about to be greeted when the next ones come.
      assertThat(taken(gateway, "nothing")).isLessThanOrEqualTo(7);
    }
  }

  /** The second process that is started waits for the test. */
  private static String secondIsSlow(Path files) {
    return ("if mkdir %1$s/first 2>/dev/null; then :;"
            + " elif mkdir %1$s/second 2>/dev/null; then echo $$ > %1$s/slow.pid;"
            + " while [ ! -e %1$s/go ]; do sleep 0.05; done; fi; exec \"$@\"")
        .formatted(files);
  }

  @Test
  void whoCameFirstIsServedByWhicheverProcessIsUpFirst(@TempDir Path files) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", secondIsSlow(files), "sh"));
    command.addAll(Peers.counter());
    String options = "standby: { max: 0 }, command: " + TestGateway.yamlList(command);
    try (var gateway = TestGateway.serving("upstreams: { counter: { " + options + " } }");
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Long> client =
          () -> {
            try (var tools = ToolClient.open(gateway.url("/mcp/counter"))) {
              return pid(tools);
            }
          };
      assertThat(client.call()).as("who tells what is usual").isPositive();
      Future<Long> first = clients.submit(client);
      await().until(() -> Files.exists(files.resolve("slow.pid")));
      Future<Long> second = clients.submit(client);
      long pidOfFirst = first.get();
      Files.createFile(files.resolve("go"));
      long slow = Long.parseLong(Files.readString(files.resolve("slow.pid")).strip());
      assertThat(second.get()).isEqualTo(slow).isNotEqualTo(pidOfFirst);
    }
  }

  @Test
  void aUsedProcessEndsAndIsNeverHandedOn() throws Exception {
    try (var gateway = serving("standby: { min: 1, max: 1 }")) {
      Set<Long> seen = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
          assertThat(seen.add(pid(client))).isTrue();
          client.delete();
        }
      }
      await()
          .until(
              () ->
                  seen.stream()
                      .noneMatch(
                          pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)));
    }
  }

  @Test
  void withoutStandbyNothingIsStartedBeforeAClientComes() throws Exception {
    try (var gateway = serving("standby: { max: 0 }")) {
      for (int i = 0; i < 2; i++) {
        Set<Long> before = running();
        try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
          assertThat(before).doesNotContain(pid(client));
        }
      }
      assertThat(taken(gateway, "nothing")).isEqualTo(2);
      assertThat(ready(gateway, "started") + ready(gateway, "greeted")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{ max: 0 }", "{ min: 1 }"})
  void aClientIsToldWhenItsProcessDoesNotAnswerInTime(String standby) throws Exception {
    try (var gateway = serving("start-timeout: 1s, standby: " + standby, "--slow-start", "600000");
        var client = new WireClient(URI.create(gateway.url("/mcp/counter")))) {
      WireClient.Reply reply = client.open("2025-11-25", "{}");
      assertThat(reply.status()).isGreaterThanOrEqualTo(500);
      assertThat(reply.body()).contains("counter").contains("1 s").contains("start-timeout");
      await().until(() -> gateway.metric("weir_sessions") == 0);
    }
  }
}
