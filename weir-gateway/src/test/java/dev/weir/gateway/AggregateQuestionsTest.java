package dev.weir.gateway;

import static dev.weir.gateway.ManyUpstreams.JSON;
import static dev.weir.gateway.ManyUpstreams.count;
import static dev.weir.pool.kit.Patience.await;
import static java.util.Comparator.comparingDouble;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What belongs to one call among those to several upstreams: questions, progress, cancellation. */
@Timeout(300)
class AggregateQuestionsTest {
  private static final Duration SOON = Patience.LIMIT;

  @RegisterExtension static final ManyUpstreams upstreams = new ManyUpstreams();

  @Test
  void questionsOfUpstreamsThatUseTheSameIdsEachGetTheirOwnAnswer() throws Exception {
    try (var client = upstreams.open("{\"sampling\":{},\"elicitation\":{}}")) {
      Map<String, WireExchange> calls = new LinkedHashMap<>();
      // Both count their questions from 1, and so do two of the others from 0.
      calls.put("counter", begin(client, "counter__ask", "{}"));
      calls.put("twin", begin(client, "twin__ask", "{}"));
      calls.put("fixture", begin(client, "fixture__test_sampling", "{\"prompt\":\"Who?\"}"));
      calls.put(
          "everything",
          begin(client, "everything__trigger-sampling-request", "{\"prompt\":\"Who?\"}"));
      Map<String, String> ids = new LinkedHashMap<>();
      for (Map.Entry<String, WireExchange> call : calls.entrySet()) {
        String question = nextBeyondNotifications(call.getValue());
        assertThat(ToolClient.member(question, "method")).isEqualTo("sampling/createMessage");
        ids.put(call.getKey(), JSON.readTree(question).path("id").toString());
      }
      assertThat(ids.values()).doesNotHaveDuplicates();
      for (String upstream : List.of("everything", "fixture", "twin", "counter")) {
        String id = Objects.requireNonNull(ids.get(upstream));
        String answer =
            "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"for %s\"}}"
                .formatted(upstream);
        assertThat(client.wire().answer(id, answer).status()).isEqualTo(202);
      }
      for (Map.Entry<String, WireExchange> call : calls.entrySet()) {
        assertThat(ToolClient.textOf(nextBeyondNotifications(call.getValue())))
            .contains("for " + call.getKey());
      }
      client.delete();
    }
  }

  @Test
  void aFormOfOneUpstreamIsFilledInWhileTheModelIsAskedByAnother() throws Exception {
    try (var client = upstreams.open("{\"sampling\":{},\"elicitation\":{}}")) {
      WireExchange form = begin(client, "fixture__test_elicitation", "{\"message\":\"Who?\"}");
      WireExchange model = begin(client, "counter__ask", "{}");
      String formQuestion = nextBeyondNotifications(form);
      String modelQuestion = nextBeyondNotifications(model);
      assertThat(ToolClient.member(formQuestion, "method")).isEqualTo("elicitation/create");
      assertThat(ToolClient.member(modelQuestion, "method")).isEqualTo("sampling/createMessage");
      client
          .wire()
          .answer(
              JSON.readTree(modelQuestion).path("id").toString(),
              "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"me\"}}");
      client
          .wire()
          .answer(
              JSON.readTree(formQuestion).path("id").toString(),
              "{\"action\":\"accept\",\"content\":{\"username\":\"ada\",\"email\":\"a@b.example\"}}");
      assertThat(ToolClient.textOf(model.nextMessage(SOON))).isEqualTo("me");
      assertThat(ToolClient.textOf(form.nextMessage(SOON)))
          .contains("action=accept")
          .contains("ada");
      client.delete();
    }
  }

  /** Over stdio, what a server says for itself may come on the stream of the only call. */
  private static String nextBeyondNotifications(WireExchange call) throws Exception {
    String message = call.nextMessage(SOON);
    while (message.contains("\"notifications/")) {
      message = call.nextMessage(SOON);
    }
    return message;
  }

  private static WireExchange begin(ToolClient client, String tool, String arguments)
      throws Exception {
    return client.wire().begin("tools/call", ToolClient.params(tool, arguments));
  }

  private static WireExchange beginWithProgress(ToolClient client, String tool, String arguments)
      throws Exception {
    return client
        .wire()
        .begin(
            "tools/call",
            "{\"name\":\"%s\",\"arguments\":%s,\"_meta\":{\"progressToken\":\"%s\"}}"
                .formatted(tool, arguments, tool));
  }

  @Test
  void progressComesOnTheStreamOfTheCallItBelongsTo() throws Exception {
    try (var client = upstreams.open("{}")) {
      Map<String, WireExchange> calls = new LinkedHashMap<>();
      calls.put("counter__sleep", beginWithProgress(client, "counter__sleep", "{\"ms\":450}"));
      calls.put("twin__sleep", beginWithProgress(client, "twin__sleep", "{\"ms\":450}"));
      calls.put(
          "fixture__test_tool_with_progress",
          beginWithProgress(client, "fixture__test_tool_with_progress", "{}"));
      for (Map.Entry<String, WireExchange> call : calls.entrySet()) {
        WireClient.Reply reply = call.getValue().reply();
        assertThat(reply.response()).contains("\"result\"");
        assertThat(reply.others())
            .isNotEmpty()
            .allMatch(message -> message.contains("notifications/progress"))
            .allMatch(message -> message.contains('"' + call.getKey() + '"'))
            .isSortedAccordingTo(comparingDouble(AggregateQuestionsTest::progress));
      }
      client.delete();
    }
  }

  private static double progress(String notification) {
    return Double.parseDouble(ToolClient.member(notification, "params", "progress"));
  }

  @Test
  void aCancellationReachesTheUpstreamOfItsCallAndNoOther(@TempDir Path folder) throws Exception {
    Path sleepers = folder.resolve("sleeper.lines");
    Path others = folder.resolve("other.lines");
    try (var recorded =
            TestGateway.serving(
                """
                upstreams:
                  other: { command: %s }
                  sleeper: { command: %s }
                """
                    .formatted(recordingCounter(others), recordingCounter(sleepers)));
        var client = ToolClient.open(recorded.url("/mcp"));
        WireExchange cancelled = beginWithProgress(client, "sleeper__sleep", "{\"ms\":60000}");
        WireExchange other = beginWithProgress(client, "other__sleep", "{\"ms\":1500}")) {
      assertThat(cancelled.nextMessage(SOON)).contains("notifications/progress");
      // The recorder passes a line on before it keeps it.
      await().untilAsserted(() -> lineWith("tools/call", sleepers));
      String asReceived = lineWith("tools/call", sleepers);
      String id = ToolClient.member(asReceived, "id");
      client.wire().notify("notifications/cancelled", "{\"requestId\":" + id + "}");
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(
                          ToolClient.member(
                              lineWith("notifications/cancelled", sleepers), "params", "requestId"))
                      .isEqualTo(id));
      assertThat(cancelled.reply().messages())
          .as("after the cancellation")
          .noneMatch(message -> message.contains("\"result\""));
      assertThat(ToolClient.textOf(other.reply().response())).isEqualTo("slept");
      assertThat(Files.readString(others)).doesNotContain("cancelled");
      assertThat(count(client, "sleeper")).isEqualTo("1");
      client.delete();
    }
  }

  /** A counter whose input is kept in a file, together with that of those that stand by. */
  private static String recordingCounter(Path file) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "tee -a \"$0\" | \"$@\""));
    command.add(file.toString());
    command.addAll(Peers.counter());
    return TestGateway.yamlList(command);
  }

  private static String lineWith(String text, Path file) throws Exception {
    return Files.readAllLines(file).stream()
        .filter(line -> line.contains(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + text + " in " + file));
  }
}
