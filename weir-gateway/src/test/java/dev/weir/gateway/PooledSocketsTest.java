package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * However many clients there are, the sockets to an upstream's origin are bounded; counted twice,
 * by the gateway's metric and by the operating system, in a gateway that is a process of its own.
 */
@Timeout(300)
class PooledSocketsTest {
  private static final Duration SOON = Patience.LIMIT;
  private static final int SESSIONS = 200;
  private static final int CALLS_AT_ONCE = 4;
  private static final int MAX = 10;

  /** The sockets to the upstream at one moment, as the gateway tells it and as the system does. */
  private record Sample(int leased, int idle, int streams, int sockets) {
    int pooled() {
      return leased + idle;
    }
  }

  private static GatewayProcess gateway(PeerServer fixture, int max, int waiters)
      throws IOException {
    return GatewayProcess.serving(
        """
        upstreams:
          fixture:
            url: "%s"
            pool: { max: %d, max-waiters: %d, acquire-timeout: 3m }
        """
            .formatted(fixture.url(), max, waiters));
  }

  @Test
  void twoHundredClientsWithFourCallsEachShareTenSockets() throws Exception {
    List<Sample> samples = new ArrayList<>();
    Queue<ToolClient> opened = new ConcurrentLinkedQueue<>();
    try (var fixture = Peers.fixtureHttp();
        var gateway = gateway(fixture, MAX, SESSIONS * CALLS_AT_ONCE);
        var http = HttpClient.newHttpClient();
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> answers = new ArrayList<>();
      for (int client = 0; client < SESSIONS; client++) {
        String name = "client " + client;
        answers.add(clients.submit(() -> callsOf(name, gateway, clients, opened)));
      }
      await()
          .atMost(Duration.ofMinutes(3))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () -> {
                samples.add(sample(gateway, fixture, http));
                return answers.stream().allMatch(Future::isDone);
              });

      for (int client = 0; client < SESSIONS; client++) {
        assertThat(answers.get(client).get())
            .containsExactly(
                "Progress reported",
                "Echo: client " + client + " call 1",
                "Echo: client " + client + " call 2",
                "Echo: client " + client + " call 3");
      }
      assertThat(samples)
          .allSatisfy(sample -> assertThat(sample.pooled()).isLessThanOrEqualTo(MAX));
      assertThat(samples)
          .allSatisfy(sample -> assertThat(sample.sockets()).isLessThanOrEqualTo(MAX));
      assertThat(samples).as("no stream was opened").allMatch(sample -> sample.streams() == 0);
      assertThat(samples).as("the pool was full").anyMatch(sample -> sample.sockets() == MAX);
      awaitAgreement(gateway, fixture, http, 0);

      // The farewell of a session does not wait behind calls: it may take a socket beside the pool.
      List<Future<Integer>> ends = new ArrayList<>();
      for (ToolClient client : opened) {
        ends.add(clients.submit(() -> client.wire().delete().status()));
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () -> {
                assertThat(sample(gateway, fixture, http).pooled()).isLessThanOrEqualTo(MAX);
                return ends.stream().allMatch(Future::isDone);
              });
      for (Future<Integer> end : ends) {
        assertThat(end.get()).isEqualTo(200);
      }
      assertThat(awaitAgreement(gateway, fixture, http, 0).pooled()).isLessThanOrEqualTo(MAX);
    }
  }

  @Test
  void standingStreamsHaveSocketsOfTheirOwnAndTakeNoneFromCalls() throws Exception {
    int sessions = 12;
    try (var fixture = Peers.fixtureHttp();
        var gateway = gateway(fixture, 2, 50);
        var http = HttpClient.newHttpClient()) {
      List<ToolClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < sessions; i++) {
          ToolClient client = ToolClient.open(gateway.url("/mcp/fixture"));
          clients.add(client);
          assertThat(client.wire().listen(null).status()).isEqualTo(200);
        }
        for (ToolClient client : clients) {
          assertThat(client.text("echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
        }
        Sample quiet = awaitAgreement(gateway, fixture, http, sessions);
        assertThat(quiet.pooled()).isBetween(1, 2);
      } finally {
        for (ToolClient client : clients) {
          client.close();
        }
      }
      awaitAgreement(gateway, fixture, http, 0);
    }
  }

  @Test
  void callsThatWaitForTheirClientsLeaveTheOnlySocketToOthers() throws Exception {
    try (var fixture = Peers.fixtureHttp();
        var gateway = gateway(fixture, 1, 50);
        var http = HttpClient.newHttpClient()) {
      List<ToolClient> clients = new ArrayList<>();
      List<WireExchange> calls = new ArrayList<>();
      try {
        for (int i = 0; i < 5; i++) {
          ToolClient client =
              ToolClient.open(gateway.url("/mcp/fixture"), "2025-11-25", "{\"sampling\":{}}");
          clients.add(client);
          calls.add(
              client
                  .wire()
                  .begin("tools/call", ToolClient.params("test_sampling", "{\"prompt\":\"?\"}")));
        }
        List<String> questions = new ArrayList<>();
        for (WireExchange call : calls) {
          questions.add(call.nextMessage(SOON));
        }
        assertThat(questions).allMatch(question -> question.contains("sampling/createMessage"));
        for (int i = 0; i < 5; i++) {
          String id = ToolClient.member(questions.get(i), "id");
          assertThat(clients.get(i).wire().answer(id, said("model " + i)).status()).isEqualTo(202);
        }
        for (int i = 0; i < 5; i++) {
          assertThat(ToolClient.textOf(calls.get(i).nextMessage(SOON)))
              .isEqualTo("LLM response: model " + i);
        }
      } finally {
        for (ToolClient client : clients) {
          client.close();
        }
      }
      assertThat(awaitAgreement(gateway, fixture, http, 0).pooled()).isLessThanOrEqualTo(1);
    }
  }

  private static String said(String text) {
    return "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\""
        + text
        + "\"}}";
  }

  /** One slow call, so that all sockets are in use for a while, and three quick ones beside it. */
  private static List<String> callsOf(
      String name, GatewayProcess gateway, ExecutorService threads, Queue<ToolClient> opened)
      throws Exception {
    ToolClient client = ToolClient.open(gateway.url("/mcp/fixture"));
    opened.add(client);
    List<Callable<String>> calls = new ArrayList<>();
    calls.add(() -> client.text("test_tool_with_progress", "{}"));
    for (int call = 1; call < CALLS_AT_ONCE; call++) {
      String message = "{\"message\":\"" + name + " call " + call + "\"}";
      calls.add(() -> client.text("echo", message));
    }
    List<String> texts = new ArrayList<>();
    for (Future<String> text : threads.invokeAll(calls)) {
      texts.add(text.get());
    }
    return texts;
  }

  /** When nothing is going on, what the gateway tells and what the system tells are the same. */
  private static Sample awaitAgreement(
      GatewayProcess gateway, PeerServer fixture, HttpClient http, int streams) {
    return Objects.requireNonNull(
        await()
            .atMost(SOON)
            .until(
                () -> sample(gateway, fixture, http),
                now ->
                    now.leased() == 0
                        && now.streams() == streams
                        && now.sockets() == now.idle() + now.streams()));
  }

  private static Sample sample(GatewayProcess gateway, PeerServer fixture, HttpClient http)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(gateway.url("/metrics"))).build();
    String metrics = http.send(request, BodyHandlers.ofString()).body();
    return new Sample(
        gauge(metrics, "weir_upstream_connection_count{state=\"used\",upstream=\"fixture\"} "),
        gauge(metrics, "weir_upstream_connection_count{state=\"idle\",upstream=\"fixture\"} "),
        gauge(metrics, "weir_upstream_streams{upstream=\"fixture\"} "),
        sockets(gateway.process().pid(), fixture.port()));
  }

  private static int gauge(String metrics, String sample) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(sample))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(sample.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + sample + "in\n" + metrics));
  }

  /** The connections of a process to a port, as the operating system counts them. */
  private static int sockets(long pid, int port) throws IOException, InterruptedException {
    Process ss =
        new ProcessBuilder("ss", "-tnpH", "state", "established", "dport", "=", ":" + port)
            .redirectErrorStream(true)
            .start();
    try {
      String listed = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(ss.waitFor()).as(listed).isZero();
      return Math.toIntExact(
          listed.lines().filter(line -> line.contains("pid=" + pid + ",")).count());
    } finally {
      ss.destroyForcibly();
    }
  }
}
