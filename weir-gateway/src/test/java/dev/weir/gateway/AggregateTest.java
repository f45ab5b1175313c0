package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several upstreams of others under one path, one of which cannot start. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class AggregateTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration SOON = Patience.LIMIT;
  private static final String VERSION = "2025-11-25";

  private PeerServer fixture;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.fixtureHttp();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              fixture: { url: "%1$s" }
              counter: { command: %2$s, standby: { max: 0 } }
              missing: { command: [/no/such/program] }
              refusing: { command: %3$s, standby: { max: 0 } }
              everything: { command: %4$s, standby: { max: 0 } }
              twin: { command: %2$s, standby: { max: 0 } }
            aggregate: [everything, missing, counter, refusing, fixture, twin]
            """
                .formatted(
                    fixture.url(),
                    TestGateway.yamlList(Peers.counter()),
                    TestGateway.yamlList(Peers.counter("--exit")),
                    TestGateway.yamlList(Peers.everythingStdio())));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private ToolClient open(String capabilities) throws Exception {
    return ToolClient.open(gateway.url("/mcp"), VERSION, capabilities);
  }

  private static JsonNode result(WireClient.Reply reply) {
    JsonNode result = JSON.readTree(reply.response()).path("result");
    assertThat(result.isObject()).as(reply.toString()).isTrue();
    return result;
  }

  private static List<String> names(JsonNode list) {
    return list.valueStream().map(element -> element.path("name").asString()).toList();
  }

  private static List<String> prefixes(List<String> names) {
    return names.stream().map(AggregateTest::prefix).distinct().toList();
  }

  private static String prefix(String name) {
    return name.substring(0, name.indexOf("__"));
  }

  @Test
  void toolsAndPromptsOfAllArePrefixedInTheOrderOfTheConfiguration() throws Exception {
    try (var client = open("{}")) {
      List<String> tools = names(result(client.wire().call("tools/list", null)).path("tools"));
      assertThat(tools)
          .contains("everything__echo", "counter__incr", "fixture__echo", "twin__incr")
          .doesNotHaveDuplicates();
      List<String> order = List.of("everything", "counter", "fixture", "twin");
      assertThat(tools).isSortedAccordingTo(comparingInt(name -> order.indexOf(prefix(name))));
      assertThat(prefixes(tools)).isEqualTo(order);

      List<String> prompts =
          names(result(client.wire().call("prompts/list", null)).path("prompts"));
      assertThat(prompts).contains("everything__simple-prompt", "fixture__test_simple_prompt");
      assertThat(prefixes(prompts)).containsExactly("everything", "fixture");
      client.delete();
    }
  }

  @Test
  void aCallReachesTheUpstreamOfItsPrefixAndNoOther() throws Exception {
    try (var client = open("{}")) {
      assertThat(count(client, "counter")).isEqualTo("1");
      assertThat(count(client, "counter")).isEqualTo("2");
      assertThat(count(client, "twin")).isEqualTo("1");
      assertThat(client.text("everything__get-sum", "{\"a\":2,\"b\":40}")).contains("42");
      assertThat(client.text("fixture__echo", "{\"message\":\"a__b\"}")).isEqualTo("Echo: a__b");
      client.delete();
    }
  }

  private static String count(ToolClient client, String upstream) throws Exception {
    return ToolClient.member(client.text(upstream + "__incr", "{}"), "count");
  }

  @Test
  void anUpstreamThatCannotStartIsLeftOutAndItsNamesAreUnknown() throws Exception {
    try (var client = open("{}")) {
      for (String upstream : List.of("missing", "refusing", "nobody")) {
        WireClient.Reply reply = client.call(upstream + "__incr", "{}");
        assertThat(reply.response()).contains("\"error\"");
      }
      assertThat(count(client, "counter")).isEqualTo("1");
      client.delete();
    }
  }

  @Test
  void anUpstreamThatDiesInTheMiddleComesBackAndLeavesTheOthersAsTheyAre() throws Exception {
    try (var client = open("{}")) {
      assertThat(count(client, "twin")).isEqualTo("1");
      assertThat(client.call("counter__die", "{}").response()).contains("\"error\"");
      assertThat(count(client, "counter")).as("it comes back, and has forgotten").isEqualTo("1");
      assertThat(count(client, "twin")).isEqualTo("2");
      assertThat(client.text("fixture__echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
      assertThat(prefixes(names(result(client.wire().call("tools/list", null)).path("tools"))))
          .contains("counter", "twin");
      client.delete();
    }
  }

  @Test
  void questionsOfUpstreamsThatUseTheSameIdsEachGetTheirOwnAnswer() throws Exception {
    try (var client = open("{\"sampling\":{},\"elicitation\":{}}")) {
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
    try (var client = open("{\"sampling\":{},\"elicitation\":{}}")) {
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
    try (var client = open("{}")) {
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
            .isSortedAccordingTo(comparingDouble(AggregateTest::progress));
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

  /** A counter whose input is kept in a file. */
  private static String recordingCounter(Path file) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "tee \"$0\" | \"$@\""));
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

  @Test
  void resourcesAreReadFromWhoeverHasThem() throws Exception {
    try (var client = open("{}")) {
      assertThat(read(client, "test://static-text"))
          .isEqualTo("This is the content of the static text resource.");
      JsonNode listed = result(client.wire().call("resources/list", null)).path("resources");
      List<String> uris =
          listed.valueStream().map(element -> element.path("uri").asString()).toList();
      assertThat(uris).contains("test://static-text", "test://watched-resource");
      String other =
          uris.stream().filter(uri -> uri.startsWith("demo://")).findFirst().orElseThrow();
      assertThat(read(client, other)).isNotEmpty();
      String templates = client.wire().call("resources/templates/list", null).response();
      assertThat(templates).contains("test://template/{id}/data").contains("demo://resource/");
      assertThat(read(client, "test://template/7/data")).contains("Data for ID: 7");
      assertThat(read(client, "demo://resource/dynamic/text/1")).contains("Resource 1");
      assertThat(client.wire().call("resources/read", "{\"uri\":\"test://no-such\"}").response())
          .contains("\"error\"");
      client.delete();
    }
  }

  private static String read(ToolClient client, String uri) throws Exception {
    JsonNode result = result(client.wire().call("resources/read", "{\"uri\":\"" + uri + "\"}"));
    return result.path("contents").path(0).path("text").asString();
  }

  @Test
  void aWatchedResourceTellsOfItsChangesOnTheStandingStream() throws Exception {
    try (var client = open("{}");
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      result(client.wire().call("resources/subscribe", "{\"uri\":\"test://watched-resource\"}"));
      // Told as often as it takes until the gateway's own stream to the fixture is open.
      await()
          .atMost(SOON)
          .until(
              () -> {
                assertThat(client.text("fixture__touch_watched_resource", "{}")).isEqualTo("Told");
                try {
                  String told = stream.nextMessage(Duration.ofSeconds(1));
                  return told.contains("notifications/resources/updated")
                      && told.contains("test://watched-resource");
                } catch (java.net.SocketTimeoutException notYet) {
                  return false;
                }
              });
      client.delete();
    }
  }

  @Test
  void promptsAreGotAndTheirArgumentsCompletedByTheirOwnUpstream() throws Exception {
    try (var client = open("{}")) {
      String got =
          client
              .wire()
              .call(
                  "prompts/get",
                  "{\"name\":\"fixture__test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"one\",\"arg2\":\"two\"}}")
              .response();
      assertThat(got).contains("arg1='one', arg2='two'");
      assertThat(complete(client, "fixture__test_prompt_with_arguments", "arg1", "par"))
          .containsExactly("paris", "park", "party");
      assertThat(complete(client, "everything__completable-prompt", "department", "Eng"))
          .containsExactly("Engineering");
      client.delete();
    }
  }

  private static List<String> complete(
      ToolClient client, String prompt, String argument, String typed) throws Exception {
    String params =
        "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"%s\"},\"argument\":{\"name\":\"%s\",\"value\":\"%s\"}}"
            .formatted(prompt, argument, typed);
    return result(client.wire().call("completion/complete", params))
        .path("completion")
        .path("values")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  @Test
  void theLevelOfLoggingIsSetAtEveryUpstreamThatLogs() throws Exception {
    try (var client = open("{}")) {
      result(client.wire().call("logging/setLevel", "{\"level\":\"error\"}"));
      assertThat(client.call("fixture__test_tool_with_logging", "{}").others()).isEmpty();
      result(client.wire().call("logging/setLevel", "{\"level\":\"info\"}"));
      assertThat(client.call("fixture__test_tool_with_logging", "{}").others())
          .hasSize(3)
          .allMatch(message -> message.contains("notifications/message"));
      client.delete();
    }
  }

  @Test
  void noProcessOfAnUpstreamIsLeftWhenItsSessionHasEnded() throws Exception {
    long pid;
    try (var client = open("{}")) {
      pid = Long.parseLong(ToolClient.member(client.text("twin__incr", "{}"), "pid"));
      assertThat(ProcessHandle.of(pid)).isPresent();
      client.delete();
    }
    await().atMost(SOON).until(() -> ProcessHandle.of(pid).isEmpty());
    await()
        .atMost(SOON)
        .until(
            () ->
                gateway.metric("weir_sessions") == 0
                    && gateway.metric(
                            "weir_upstream_sessions{transport=\"http\",upstream=\"fixture\"}")
                        == 0);
  }

  @Test
  void closingTheGatewayEndsTheProcessesOfSessionsThatAreStillOpen() throws Exception {
    // The guard that starts with the first process of a JVM outlives every gateway in it. What the
    // gateway of all tests kept ready could start at any time.
    try (var first = open("{}")) {
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
