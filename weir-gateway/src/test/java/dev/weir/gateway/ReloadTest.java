package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigFile;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** G11: another configuration is taken into service while calls go on. */
@Timeout(300)
class ReloadTest {
  private static final int RELOADS = 200;

  @TempDir Path directory;

  private Path path;
  private ConfigFile file;
  private ListingServer one;
  private ListingServer two;

  @BeforeEach
  void start() throws IOException {
    path = directory.resolve("weir.yaml");
    file = new ConfigFile(path, UnaryOperator.identity());
    one = new ListingServer("one", "say");
    two = new ListingServer("two", "say");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  /** As editors do it: nobody reads half of it. */
  private void write(String yaml) throws IOException {
    Path beside = Files.writeString(directory.resolve("new"), "listen: 127.0.0.1:0\n" + yaml);
    Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private TestGateway serving(String yaml) throws Exception {
    write(yaml);
    return TestGateway.serving(file);
  }

  private void reload(TestGateway gateway, String yaml) throws IOException {
    write(yaml);
    gateway.gateway().reload(file);
  }

  private static String remote(String name, ListingServer server) {
    return "\n  " + name + ": { url: \"" + server.url() + "\" }";
  }

  private String steadyAnd(String moving, ListingServer at) {
    return "upstreams:" + remote("steady", one) + remote(moving, at);
  }

  @Test
  void aFileThatChangesTwoHundredTimesUnderLoadFailsNoCall() throws Exception {
    try (TestGateway gateway = serving(steadyAnd("moving", one));
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var over = new AtomicBoolean();
      var calls = new AtomicInteger();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        running.add(clients.submit(inOneSession(gateway, "/mcp/steady", "say", over, calls)));
        running.add(clients.submit(inOneSession(gateway, "/mcp/moving", "say", over, calls)));
        running.add(clients.submit(inOneSession(gateway, "/mcp", "moving__say", over, calls)));
        running.add(clients.submit(inOneSession(gateway, "/mcp", "steady__say", over, calls)));
        running.add(clients.submit(inManySessions(gateway, over, calls)));
      }
      try {
        for (int i = 1; i <= RELOADS; i++) {
          ListingServer at = i % 2 == 0 ? one : two;
          reload(gateway, steadyAnd("moving", at));
          if (i % 20 == 0 || i % 20 == 9) {
            try (var client = ToolClient.open(gateway.url("/mcp/moving"))) {
              assertThat(client.text("say", "{}"))
                  .as("a new session is served by what has just been read")
                  .isEqualTo(at == one ? "one:say" : "two:say");
              client.delete();
            }
          }
          int before = calls.get();
          await()
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(2))
              .until(() -> calls.get() > before || running.stream().anyMatch(Future::isDone));
        }
      } finally {
        over.set(true);
      }
      for (Future<?> client : running) {
        client.get(); // throws what it met
      }
      assertThat(gateway.metric("weir_config_reloads_total{outcome=\"success\"}"))
          .isEqualTo(RELOADS);
      await().until(() -> gateway.metric("weir_sessions") == 0);
      await().until(() -> gateway.metric("weir_upstreams_retired") == 0);
      assertThat(gateway.page("/metrics"))
          .containsOnlyOnce("weir_upstream_sessions{transport=\"http\",upstream=\"moving\"}");
    }
  }

  private static Callable<Void> inOneSession(
      TestGateway gateway, String path, String tool, AtomicBoolean over, AtomicInteger calls) {
    return () -> {
      try (var client = ToolClient.open(gateway.url(path))) {
        String first = path.equals("/mcp") ? null : client.text(tool, "{}");
        while (!over.get()) {
          String text = client.text(tool, "{}");
          assertThat(text).endsWith(":say");
          assertThat(first == null || first.equals(text)).as("it stays where it is").isTrue();
          calls.incrementAndGet();
        }
        client.delete();
      }
      return null;
    };
  }

  private static Callable<Void> inManySessions(
      TestGateway gateway, AtomicBoolean over, AtomicInteger calls) {
    return () -> {
      while (!over.get()) {
        try (var client = ToolClient.open(gateway.url("/mcp/moving"))) {
          assertThat(client.text("say", "{}")).endsWith(":say");
          calls.incrementAndGet();
          client.delete();
        }
      }
      return null;
    };
  }

  @Test
  void anAggregatesClientHearsThatItsListsHaveChangedAndGoesOn() throws Exception {
    String alone = "upstreams:" + remote("steady", one);
    try (TestGateway gateway = serving(alone);
        var client = ToolClient.open(gateway.url("/mcp"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      reload(gateway, steadyAnd("added", two));
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
      assertThat(client.text("added__say", "{}")).isEqualTo("two:say");
      assertThat(client.wire().call("tools/list", null).response())
          .contains("steady__say", "added__say");
      String hidden = "\naggregates: { all: { members: { steady: { prefix: s. }, added: {} } } }";
      reload(gateway, steadyAnd("added", two) + hidden);
      await()
          .until(
              () ->
                  client
                      .wire()
                      .call("tools/list", null)
                      .response()
                      .contains("{\"name\":\"s.say\""));
      reload(gateway, alone);
      await().until(() -> client.call("added__say", "{}").response().contains("unknown name"));
      assertThat(client.text("steady__say", "{}")).isEqualTo("one:say");
      assertThat(gateway.page("/metrics")).contains("upstream=\"steady\"");
      await().until(() -> !gateway.page("/metrics").contains("upstream=\"added\""));
    }
  }

  @Test
  void aBrokenFileChangesNothingAndSaysWhyAndWhatWantsARestartIsNamed() throws Exception {
    try (TestGateway gateway = serving(steadyAnd("other", two));
        var client = ToolClient.open(gateway.url("/mcp/steady"))) {
      GatewayConfig before = gateway.gateway().reload(file);
      write("upstreams: { steady: { url: nonsense }, x: { comand: [a] } }");
      assertThat(gateway.gateway().reload(file)).isSameAs(before);
      assertThat(client.text("say", "{}")).isEqualTo("one:say");
      assertThat(gateway.page("/api/v1/status"))
          .contains("weir.yaml:2:", "upstreams.steady", "upstreams.x", "\"failedReloads\" : 1");
      assertThat(gateway.metric("weir_config_reloads_total{outcome=\"failure\"}")).isEqualTo(1);
      assertThat(gateway.metric("weir_config_last_reload_successful")).isZero();

      int port = gateway.port();
      reload(
          gateway,
          steadyAnd("other", two)
              + "\nlimits: { request-body: 1MiB }\nsessions: { max: 1 }\nallowed-hosts: [weir]");
      assertThat(gateway.port()).isEqualTo(port);
      assertThat(gateway.page("/api/v1/status"))
          .containsPattern("\"wantRestart\" : \\[ \"limits.request-body\" ]")
          .doesNotContain("lastFailure");
      assertThat(gateway.metric("weir_config_last_reload_successful")).isEqualTo(1);
      try (var late = new WireClient(URI.create(gateway.url("/mcp/other")))) {
        assertThat(late.open("2025-11-25", "{}").response()).contains("sessions.max 1");
      }
    }
  }

  @Test
  void theProcessesOfAnUpstreamThatIsChangedOrRemovedEndWithThoseWhoAreOnThem() throws Exception {
    String counter =
        "upstreams: { counter: { stop-grace: 300ms, standby: { min: 1 }, environment: { N: \"%s\" }, command: "
            + TestGateway.yamlList(Peers.counter())
            + " } }\n";
    String ends = "reload-grace: 0s\n";
    List<ProcessHandle> all = new ArrayList<>();
    try (TestGateway gateway = serving(counter.formatted(1))) {
      String url = gateway.url("/mcp/counter");
      try (var old = ToolClient.open(url)) {
        long pid = pid(old);
        await().until(() -> children().size() >= 2);
        all.addAll(children());
        reload(gateway, counter.formatted(2));
        await().until(() -> all.stream().filter(ProcessHandle::isAlive).count() == 1);
        assertThat(pid(old)).as("who has state there keeps it").isEqualTo(pid);
        try (var next = ToolClient.open(url)) {
          assertThat(pid(next)).isNotIn(all.stream().map(ProcessHandle::pid).toList());
          old.delete();
          await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
          await().until(() -> gateway.metric("weir_upstreams_retired") == 0);
          all.addAll(children());
          reload(gateway, ends + "upstreams:" + remote("steady", one));
          await().until(() -> next.call("incr", "{}").status() == 404);
          await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
          try (var late = new WireClient(URI.create(url))) {
            assertThat(late.open("2025-11-25", "{}").status()).isEqualTo(404);
          }
        }
      }
      assertThat(gateway.metric("weir_sessions_ended_total{cause=\"replaced\"}")).isEqualTo(1);
      assertThat(children()).isEmpty();
    } finally {
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static long pid(ToolClient client) throws IOException {
    return Long.parseLong(ToolClient.member(client.text("incr", "{}"), "pid"));
  }

  /** The servers among the processes of this one. */
  private static List<ProcessHandle> children() {
    return ProcessHandle.current()
        .descendants()
        .filter(child -> child.info().commandLine().orElse("").contains("counter.mjs"))
        .filter(child -> child.info().command().orElse("").endsWith("node"))
        .toList();
  }
}
