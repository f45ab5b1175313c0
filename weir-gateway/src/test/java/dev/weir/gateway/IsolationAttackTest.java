package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that tries to see, cancel and receive what is another's, over a process and over HTTP,
 * with real servers. Both clients count their ids from 1, so ids and tokens are the same in both.
 */
@Timeout(300)
class IsolationAttackTest {
  private static final Duration SOON = Patience.LIMIT;
  private static final JsonMapper JSON = new JsonMapper();
  private static final int GUESSES = 40;
  private static final String SAMPLING = "{\"sampling\":{}}";
  private static final String WATCHED = "{\"uri\":\"test://watched-resource\"}";

  private static TestGateway counter(String options) throws IOException {
    return TestGateway.serving(
        "upstreams: { up: { stop-grace: 300ms, "
            + options
            + ", command: "
            + TestGateway.yamlList(Peers.counter())
            + " } }");
  }

  private static TestGateway fixture(PeerServer server, String options) throws IOException {
    return TestGateway.serving(
        "upstreams: { up: { url: \"" + server.url() + "\", " + options + " } }");
  }

  private static TestGateway mortal(MortalHttpServer server, String options) throws IOException {
    return TestGateway.serving(
        "upstreams: { up: { url: \"http://127.0.0.1:"
            + server.port()
            + "/mcp\", "
            + options
            + " } }");
  }

  private static ToolClient open(TestGateway gateway) throws IOException {
    return ToolClient.open(gateway.url("/mcp/up"));
  }

  private static ToolClient open(TestGateway gateway, String capabilities) throws IOException {
    return ToolClient.open(gateway.url("/mcp/up"), "2025-11-25", capabilities);
  }

  private static String pid(ToolClient client) throws IOException {
    return ToolClient.member(client.text("incr", "{}"), "pid");
  }

  private static boolean isAlive(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
  }

  private static WireExchange sleep(ToolClient client, int ms) throws IOException {
    return client
        .wire()
        .begin(
            "tools/call",
            "{\"name\":\"sleep\",\"arguments\":{\"ms\":%d},\"_meta\":{\"progressToken\":1}}"
                .formatted(ms));
  }

  /** Tries to end whatever another may have in flight. */
  private static void cancelByGuessing(ToolClient hostile) throws IOException {
    for (int guess = 0; guess < GUESSES; guess++) {
      for (String id :
          List.of(String.valueOf(guess), "\"" + guess + "\"", "\"weir-" + guess + "\"")) {
        assertThat(
                hostile
                    .wire()
                    .notify("notifications/cancelled", "{\"requestId\":" + id + "}")
                    .status())
            .isEqualTo(202);
      }
    }
  }

  private static JsonNode upstream(TestGateway gateway) throws IOException {
    return JSON.readTree(gateway.page("/api/v1/status")).path("upstreams").path(0);
  }

  private static String effective(TestGateway gateway) throws IOException {
    return upstream(gateway).path("isolation").path("effective").asString();
  }

  // --- What sharing is.

  @Test
  void clientsOfOneSharedProcessAreServedByItAndAnsweredEachUnderItsOwnId() throws Exception {
    try (var gateway = counter("isolation: shared");
        var first = open(gateway);
        var second = open(gateway)) {
      assertThat(pid(first)).isEqualTo(pid(second));
      assertThat(ToolClient.member(first.text("incr", "{}"), "count"))
          .as("the operator said that there is no state")
          .isEqualTo("3");
    }
  }

  @Test
  void oneSharedProcessServesAsManyClientsAsItMayAndTheNextOneIsServedByAnother() throws Exception {
    try (var gateway = counter("isolation: shared, sharing: { clients: 1 }");
        var first = open(gateway);
        var second = open(gateway)) {
      assertThat(pid(first)).isNotEqualTo(pid(second));
    }
  }

  @Test
  void clientsWhoDeclareOtherThingsOrSpeakAnotherVersionNeverShare() throws Exception {
    try (var gateway = counter("isolation: shared");
        var plain = open(gateway);
        var sampling = open(gateway, SAMPLING);
        var old = ToolClient.open(gateway.url("/mcp/up"), "2025-06-18", "{}");
        var sameAgain = open(gateway, "{ }")) {
      assertThat(List.of(pid(plain), pid(sampling), pid(old))).doesNotHaveDuplicates();
      assertThat(pid(sameAgain)).isEqualTo(pid(plain));
    }
  }

  @Test
  void anonymousCallersAreNeverTheSamePersonSoTheyDoNotShareUnderIdentity() throws Exception {
    try (var gateway = counter("isolation: identity");
        var first = open(gateway);
        var second = open(gateway)) {
      assertThat(pid(first)).isNotEqualTo(pid(second));
      assertThat(ToolClient.member(first.text("incr", "{}"), "count")).isEqualTo("2");
    }
  }

  @Test
  void aSharedProcessWaitsForTheNextClientAndIsEndedWhenNoneComes() throws Exception {
    try (var gateway = counter("isolation: shared, sharing: { idle-timeout: 1s }")) {
      String pid;
      try (var only = open(gateway)) {
        pid = pid(only);
        only.delete();
      }
      await().until(() -> !isAlive(pid));
    }
    try (var gateway = counter("isolation: shared, sharing: { idle-timeout: 1h }")) {
      String pid;
      try (var first = open(gateway)) {
        pid = pid(first);
        first.delete();
      }
      await().until(() -> gateway.metric("weir_sessions") == 0);
      try (var next = open(gateway)) {
        assertThat(pid(next)).isEqualTo(pid);
      }
    }
  }

  // --- Seeing.

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "shared"})
  void progressComesToWhoAskedForItAlthoughBothUseTheSameTokenAndId(String isolation)
      throws Exception {
    try (var gateway = counter("isolation: " + isolation);
        var first = open(gateway);
        var second = open(gateway);
        var mine = sleep(first, 701);
        var theirs = sleep(second, 702)) {
      assertThat(totals(mine)).isNotEmpty().containsOnly("701");
      assertThat(totals(theirs)).isNotEmpty().containsOnly("702");
    }
  }

  private static List<String> totals(WireExchange call) throws IOException {
    List<String> totals = new ArrayList<>();
    WireClient.Reply reply = call.reply();
    for (String message : reply.others()) {
      assertThat(ToolClient.member(message, "params", "progressToken")).isEqualTo("1");
      totals.add(ToolClient.member(message, "params", "total"));
    }
    assertThat(ToolClient.textOf(reply.response())).isEqualTo("slept");
    return totals;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "shared"})
  void logMessagesComeToWhoseCallTheyBelongToAndAtTheLevelThatItChose(String isolation)
      throws Exception {
    try (var server = Peers.fixtureHttp();
        var gateway = fixture(server, "isolation: " + isolation);
        var quiet = open(gateway);
        var curious = open(gateway)) {
      assertThat(quiet.wire().call("logging/setLevel", "{\"level\":\"error\"}").response())
          .contains("result");
      assertThat(curious.wire().call("logging/setLevel", "{\"level\":\"debug\"}").response())
          .contains("result");
      assertThat(quiet.call("test_tool_with_logging", "{}").others()).isEmpty();
      assertThat(curious.call("test_tool_with_logging", "{}").others())
          .hasSize(3)
          .allMatch(message -> message.contains("notifications/message"));
    }
  }

  // --- Cancelling.

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "shared"})
  void aCallIsNotCancelledByAnotherWhoGuessesItsId(String isolation) throws Exception {
    try (var gateway = counter("isolation: " + isolation);
        var owner = open(gateway);
        var hostile = open(gateway)) {
      long begun = System.nanoTime();
      try (var call = sleep(owner, 600_000)) {
        assertThat(call.nextMessage(SOON)).contains("notifications/progress");
        cancelByGuessing(hostile);
        pid(hostile); // what was sent before it has arrived
        long elapsed = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        while (progress(call.nextMessage(SOON)) <= elapsed) {
          // From before.
        }
        // Its own client can.
        owner.wire().notify("notifications/cancelled", "{\"requestId\":2}");
        assertThatThrownBy(
                () -> {
                  while (true) {
                    call.nextMessage(SOON);
                  }
                })
            .hasMessageContaining("the stream ended");
      }
    }
  }

  private static long progress(String message) {
    return Long.parseLong(ToolClient.member(message, "params", "progress"));
  }

  @Test
  void whoLeavesTakesItsCallsWithItAndNothingElse() throws Exception {
    try (var gateway = counter("isolation: shared");
        var staying = open(gateway);
        var leaving = open(gateway)) {
      String pid = pid(staying);
      try (var call = sleep(staying, 1_500);
          var other = sleep(leaving, 600_000)) {
        assertThat(other.nextMessage(SOON)).contains("notifications/progress");
        leaving.delete();
        assertThat(ToolClient.textOf(call.reply().response())).isEqualTo("slept");
        await().until(() -> upstream(gateway).path("requestsInFlight").asInt() == 0);
      }
      assertThat(pid(staying)).isEqualTo(pid);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "shared"})
  void overHttpACallIsNotCancelledByAnotherWhoGuessesItsId(String isolation) throws Exception {
    try (var server = new MortalHttpServer();
        var gateway = mortal(server, "isolation: " + isolation);
        var owner = open(gateway);
        var hostile = open(gateway)) {
      server.hold();
      try (var call = owner.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
        await().until(() -> server.heard("\"act\"") == 1);
        if (isolation.equals("shared")) {
          cancelByGuessing(hostile);
          assertThat(hostile.text("incr", "{}")).isEqualTo("1");
          assertThat(server.heard("notifications/cancelled")).isZero();
        } else {
          hostile.delete();
        }
        server.release();
        assertThat(ToolClient.textOf(call.reply().response())).isEqualTo("done");
      }
      server.hold();
      try (var call = owner.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
        await().until(() -> server.heard("\"act\"") == 2);
        owner.wire().notify("notifications/cancelled", "{\"requestId\":3}");
        await().until(() -> server.heard("notifications/cancelled") == 1);
        assertThat(call.reply().messages()).as("its own client can").isEmpty();
      } finally {
        server.release();
      }
    }
  }

  @Test
  void overHttpWhoLeavesTakesItsCallsWithItAndNothingElse() throws Exception {
    try (var server = new MortalHttpServer();
        var gateway = mortal(server, "isolation: shared");
        var staying = open(gateway);
        var leaving = open(gateway)) {
      staying.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
      staying.wire().call("logging/setLevel", "{\"level\":\"error\"}");
      leaving.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
      leaving.wire().call("resources/subscribe", "{\"uri\":\"test://two\"}");
      leaving.wire().call("logging/setLevel", "{\"level\":\"debug\"}");
      assertThat(staying.text("state", "{}")).isEqualTo("true debug [test://one, test://two]");
      server.hold();
      try (var call = staying.wire().begin("tools/call", ToolClient.params("act", "{}"));
          var other = leaving.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
        await().until(() -> server.heard("\"act\"") == 2);
        leaving.delete();
        await().until(() -> server.heard("notifications/cancelled") == 1);
        assertThat(other.reply().messages()).noneMatch(message -> message.contains("done"));
        server.release();
        assertThat(ToolClient.textOf(call.reply().response())).isEqualTo("done");
      } finally {
        server.release();
      }
      await().until(() -> staying.text("state", "{}").equals("true error [test://one]"));
    }
  }

  // --- Receiving.

  @Test
  void overHttpAnswersAndProgressComeToWhoAskedAlthoughBothUseTheSameIdsAndTokens()
      throws Exception {
    try (var server = Peers.fixtureHttp();
        var gateway = fixture(server, "isolation: shared");
        var first = open(gateway);
        var second = open(gateway);
        var toFirst = first.wire().listen(null);
        var toSecond = second.wire().listen(null)) {
      assertThat(toFirst.status()).isEqualTo(200);
      assertThat(toSecond.status()).isEqualTo(200);
      String token = ",\"_meta\":{\"progressToken\":1}}";
      String params = "{\"name\":\"test_tool_with_progress\",\"arguments\":{}";
      try (var asking = first.wire().begin("tools/call", params + token);
          var silent = second.wire().begin("tools/call", params + "}")) {
        WireClient.Reply asked = asking.reply();
        assertThat(asked.others())
            .hasSize(3)
            .allMatch(message -> message.contains("\"progressToken\":1,"));
        assertThat(ToolClient.member(asked.response(), "id")).isEqualTo("2");
        WireClient.Reply other = silent.reply();
        assertThat(other.others()).as("it has asked for no progress").isEmpty();
        assertThat(ToolClient.member(other.response(), "id")).isEqualTo("2");
      }
      assertSilent(toFirst);
      assertSilent(toSecond);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dedicated", "shared"})
  void aQuestionIsPutToWhoseCallItBelongsToAndAnsweredByNobodyElse(String isolation)
      throws Exception {
    try (var server = Peers.fixtureHttp();
        var gateway = fixture(server, "isolation: " + isolation);
        var owner = open(gateway, SAMPLING);
        var hostile = open(gateway, SAMPLING);
        var listening = hostile.wire().listen(null);
        var call =
            owner
                .wire()
                .begin("tools/call", ToolClient.params("test_sampling", "{\"prompt\":\"?\"}"))) {
      assertThat(listening.status()).isEqualTo(200);
      String question = call.nextMessage(SOON);
      assertThat(question).contains("sampling/createMessage");
      for (int guess = 0; guess < GUESSES; guess++) {
        for (String id :
            List.of(String.valueOf(guess), "\"" + guess + "\"", "\"weir-" + guess + "\"")) {
          hostile.wire().answer(id, ToolClient.sampled("hostile"));
        }
      }
      cancelByGuessing(hostile);
      String id = ToolClient.member(question, "id");
      boolean isText = question.contains("\"id\":\"");
      owner.wire().answer(isText ? "\"" + id + "\"" : id, ToolClient.sampled("mine"));
      assertThat(ToolClient.textOf(call.nextMessage(SOON))).isEqualTo("LLM response: mine");
      assertSilent(listening);
    }
  }

  private static void assertSilent(WireExchange stream) {
    assertThatThrownBy(() -> stream.nextMessage(Duration.ofMillis(500)))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void updatesComeToWhoSubscribedAndNobodyElseCanEndThat() throws Exception {
    try (var server = Peers.fixtureHttp();
        var gateway = fixture(server, "isolation: shared");
        var subscriber = open(gateway);
        var hostile = open(gateway);
        var theirs = subscriber.wire().listen(null);
        var listening = hostile.wire().listen(null)) {
      assertThat(theirs.status()).isEqualTo(200);
      assertThat(listening.status()).isEqualTo(200);
      assertThat(subscriber.wire().call("resources/subscribe", WATCHED).response())
          .contains("result");
      hostile.wire().call("resources/unsubscribe", WATCHED);
      assertThat(hostile.text("touch_watched_resource", "{}")).isEqualTo("Told");
      assertThat(theirs.nextMessage(SOON)).contains("notifications/resources/updated");
      assertSilent(listening);

      hostile.wire().call("resources/subscribe", WATCHED);
      subscriber.wire().call("resources/unsubscribe", WATCHED);
      assertThat(subscriber.text("touch_watched_resource", "{}")).isEqualTo("Told");
      assertThat(listening.nextMessage(SOON)).contains("notifications/resources/updated");
      assertSilent(theirs);

      hostile.delete();
      await().until(() -> gateway.metric("weir_sessions") == 1);
      await().until(() -> subscriber.text("touch_watched_resource", "{}").equals("Not subscribed"));
    }
  }

  @Test
  void whatWouldShowTheTasksOfAllIsNotPassedOn() throws Exception {
    try (var gateway = counter("isolation: shared");
        var client = open(gateway)) {
      for (String method : List.of("tasks/list", "tasks/get", "tasks/cancel", "anything")) {
        assertThat(client.wire().call(method, "{\"taskId\":\"1\"}").response()).contains("-32601");
      }
    }
  }

  // --- The end of sharing.

  @Test
  void aQuestionOfNobodyIsRefusedAndEndsSharingForNewClients() throws Exception {
    try (var gateway = counter("isolation: shared");
        var first = open(gateway, SAMPLING);
        var second = open(gateway, SAMPLING);
        var listening = second.wire().listen(null)) {
      assertThat(listening.status()).isEqualTo(200);
      String shared = pid(first);
      assertThat(pid(second)).isEqualTo(shared);
      assertThat(effective(gateway)).isEqualTo("shared");

      WireClient.Reply refused = first.call("ask", "{}");
      assertThat(refused.others()).as("not even its own client is sure to be meant").isEmpty();
      assertThat(refused.response()).contains("isError").contains("for none of them");
      assertSilent(listening);

      assertThat(effective(gateway)).isEqualTo("dedicated");
      JsonNode shown = upstream(gateway).path("isolation");
      assertThat(shown.path("configured").asString()).isEqualTo("shared");
      assertThat(shown.path("downgraded").path("because").asString()).contains("question");
      assertThat(gateway.metric("weir_upstream_isolation{isolation=\"dedicated\",upstream=\"up\"}"))
          .isEqualTo(1);
      try (var third = open(gateway, SAMPLING)) {
        assertThat(ToolClient.member(third.text("incr", "{}"), "count")).isEqualTo("1");
        assertThat(pid(third)).isNotEqualTo(shared);
      }
      assertThat(pid(first)).as("who shared goes on").isEqualTo(shared);
    }
  }

  @Test
  void aHandshakeThatFailsIsToldToAllWhoWaitedForIt() throws Exception {
    try (var gateway =
            TestGateway.serving(
                "upstreams: { up: { isolation: shared, standby: { max: 0 }, command: "
                    + TestGateway.yamlList(Peers.counter("--exit"))
                    + " } }");
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<WireClient.Reply>> opening = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        opening.add(
            () -> {
              try (var wire = new WireClient(URI.create(gateway.url("/mcp/up")))) {
                return wire.call("initialize", "{\"protocolVersion\":\"2025-11-25\"}");
              }
            });
      }
      for (Future<WireClient.Reply> reply : clients.invokeAll(opening)) {
        assertThat(reply.get().response()).contains("\"error\"");
      }
      await().until(() -> gateway.metric("weir_sessions") == 0);
    }
  }
}
