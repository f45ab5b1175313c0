package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G8: a client's session goes on when the process behind it dies, with real ones. */
@Timeout(300)
class RecoveryTest {
  private static final String URI = "{\"uri\":\"test://one\"}";

  @TempDir private Path files;

  private TestGateway serving(String... flags) throws IOException {
    return TestGateway.serving("upstreams: { mortal: " + mortal(flags) + " }");
  }

  private String mortal(String... flags) {
    return "{ stop-grace: 300ms, standby: { max: 0 }, command: "
        + TestGateway.yamlList(Peers.mortal(heard(), flags))
        + " }";
  }

  private Path heard() {
    return files.resolve("heard");
  }

  /** How many messages that contain this have reached the server, in all of its lives. */
  private long heard(String part) throws IOException {
    return Files.readAllLines(heard()).stream().filter(line -> line.contains(part)).count();
  }

  private String mark() {
    return "{\"mark\":\"" + files.resolve("mark") + "\"}";
  }

  private static long pid(ToolClient client) throws IOException {
    return Long.parseLong(ToolClient.member(client.text("incr", "{}"), "pid"));
  }

  private static void kill(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    await().until(() -> !process.isAlive());
  }

  private static double recoveries(TestGateway gateway, String outcome) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  private static double processes(TestGateway gateway) throws IOException {
    return gateway.metric("weir_upstream_sessions{transport=\"stdio\",upstream=\"mortal\"}");
  }

  @Test
  void theSameSessionGoesOnWithAnotherProcessThatWasToldWhatTheFirstWas() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("logging/setLevel", "{\"level\":\"debug\"}");
      client.wire().call("logging/setLevel", "{\"level\":\"notice\"}");
      client.wire().call("resources/subscribe", URI);
      client.wire().call("resources/subscribe", "{\"uri\":\"test://two\"}");
      client.wire().call("resources/unsubscribe", "{\"uri\":\"test://two\"}");
      long first = pid(client);
      kill(first);

      String state = client.text("state", "{}");
      assertThat(ToolClient.member(state, "pid")).isNotEqualTo(String.valueOf(first));
      assertThat(state)
          .contains("\"level\":\"notice\"")
          .contains("\"initialized\":true")
          .contains("\"subscribed\":[\"test://one\"]");
      assertThat(heard("\"initialize\"")).isEqualTo(2);
      assertThat(heard("wire-client")).as("the client's own words").isEqualTo(2);
      assertThat(heard("\"state\"")).isEqualTo(1);
      assertThat(recoveries(gateway, "recovered")).isEqualTo(1);
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }

  @Test
  void theClientIsToldOnceOnItsStandingStream() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.wire().call("resources/subscribe", URI);
      kill(pid(client));
      pid(client);

      String told = stream.nextMessage(Patience.LIMIT);
      assertThat(ToolClient.member(told, "method")).isEqualTo("notifications/message");
      assertThat(ToolClient.member(told, "params", "level")).isEqualTo("warning");
      assertThat(ToolClient.member(told, "params", "logger")).isEqualTo("weir");
      assertThat(ToolClient.member(told, "params", "data", "event"))
          .isEqualTo("upstream-state-lost");
      assertThat(ToolClient.member(told, "params", "data", "upstream")).isEqualTo("mortal");
      assertThat(ToolClient.member(told, "params", "data", "why")).contains("exit code");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
      assertThat(stream.nextMessage(Patience.LIMIT))
          .contains("notifications/resources/list_changed");
      assertThat(stream.nextMessage(Patience.LIMIT))
          .contains("notifications/resources/updated")
          .contains("test://one");

      kill(pid(client));
      pid(client);
      assertThat(stream.nextMessage(Patience.LIMIT))
          .as("the next loss, and nothing of the first between")
          .contains("upstream-state-lost");
    }
  }

  @Test
  void aServerThatDeclaredNoLoggingLogsNothing() throws Exception {
    try (var gateway = serving("--quiet");
        var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      kill(pid(client));
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
      assertThat(reply.response())
          .as("told with the answer instead")
          .contains("dev.weir/upstream-state-lost");
      assertThat(client.call("incr", "{}").response()).doesNotContain("upstream-state-lost");
    }
  }

  @Test
  void aCallThatMayHaveRunIsNotRunAgain() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      String error = client.call("act", mark()).response();
      assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
      assertThat(client.text("incr", "{}")).contains("\"count\":1");
      assertThat(heard("\"act\"")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"look", "set"})
  void aCallThatItsToolDeclaresHarmlessIsRunAgain(String tool) throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      assertThat(client.text(tool, mark())).startsWith("done in ");
      assertThat(heard("\"" + tool + "\"")).isEqualTo(2);
    }
  }

  @Test
  void aToolWhoseDeclarationNobodyHasSeenIsNotRunAgain() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      assertThat(client.call("look", mark()).response()).contains("outcome-unknown");
      assertThat(heard("\"look\"")).isEqualTo(1);
    }
  }

  @Test
  void manyCallsThatFindTheSameLossShareOneNewProcess() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      kill(pid(client));
      List<Callable<Long>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(() -> pid(client));
      }
      Set<Long> processes = new HashSet<>();
      for (Future<Long> call : threads.invokeAll(calls)) {
        processes.add(call.get());
      }
      assertThat(processes).hasSize(1);
      assertThat(heard("\"initialize\"")).isEqualTo(2);
      assertThat(recoveries(gateway, "recovered")).isEqualTo(1);
    }
  }

  @Test
  void nothingIsStartedForAClientThatSaysNothing() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      kill(pid(client));
      await().until(() -> processes(gateway) == 0);
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
      assertThat(heard("\"initialize\"")).isEqualTo(1);
      pid(client);
      assertThat(processes(gateway)).isEqualTo(1);
    }
  }

  @Test
  void aServerThatDiesAgainAndAgainIsGivenUp() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      for (int death = 0; death < 3; death++) {
        kill(pid(client));
      }
      kill(pid(client));
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(ToolClient.member(reply.response(), "error", "data", "cause"))
          .isEqualTo("upstream-session-lost");
      assertThat(ToolClient.member(reply.response(), "error", "message"))
          .contains("upstream \"mortal\"")
          .contains("recovered 3 times within 60 s");
      await().until(() -> gateway.metric("weir_sessions") == 0);
      assertThat(processes(gateway)).isZero();
      assertThat(recoveries(gateway, "recovered")).isEqualTo(3);
      assertThat(recoveries(gateway, "refused")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatIsNotWhatTheClientAgreedWithEndsTheSession() throws Exception {
    Path narrow = files.resolve("narrow");
    try (var gateway = serving("--narrow", narrow.toString());
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      long pid = pid(client);
      Files.createFile(narrow);
      kill(pid);
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body())
          .contains("no longer has the capability")
          .contains("initialize again");
      assertThat(heard("\"incr\"")).isEqualTo(1);
      await().until(() -> gateway.metric("weir_sessions") == 0);
      assertThat(processes(gateway)).isZero();
    }
  }

  @Test
  void aServerThatSpeaksAnotherVersionNowEndsTheSession() throws Exception {
    Path older = files.resolve("older");
    try (var gateway = serving("--older", older.toString());
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      long pid = pid(client);
      Files.createFile(older);
      kill(pid);
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body()).contains("it now speaks 2025-03-26, and no longer 2025-11-25");
      assertThat(heard("\"incr\"")).isEqualTo(1);
      await().until(() -> gateway.metric("weir_sessions") == 0);
      assertThat(recoveries(gateway, "incompatible")).isEqualTo(1);
    }
  }

  @Test
  void anAnswerToAQuestionOfADeadProcessDoesNotReachTheNext() throws Exception {
    try (var gateway = serving();
        var client =
            ToolClient.open(gateway.url("/mcp/mortal"), "2025-11-25", "{\"sampling\":{}}")) {
      long first = pid(client);
      String question;
      try (WireExchange asking =
          client.wire().begin("tools/call", ToolClient.params("ask", "{}"))) {
        question = asking.nextMessage(Patience.LIMIT);
        kill(first);
        assertThat(asking.nextMessage(Patience.LIMIT)).contains("outcome-unknown");
      }
      try (WireExchange asking =
          client.wire().begin("tools/call", ToolClient.params("ask", "{}"))) {
        String again = asking.nextMessage(Patience.LIMIT);
        assertThat(again).contains("sampling/createMessage");
        String old = ToolClient.member(question, "id");
        assertThat(client.wire().answer(old, ToolClient.sampled("wrong")).status()).isEqualTo(202);
        String id = '"' + ToolClient.member(again, "id") + '"';
        assertThat(client.wire().answer(id, ToolClient.sampled("right")).status()).isEqualTo(202);
        assertThat(ToolClient.textOf(asking.nextMessage(Patience.LIMIT))).isEqualTo("right");
      }
      assertThat(heard("wrong")).isZero();
    }
  }

  @Test
  void aSessionThatIsDeletedAfterALossLeavesNoProcess() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      kill(pid(client));
      long second = pid(client);
      client.delete();
      await().until(() -> !ProcessHandle.of(second).map(ProcessHandle::isAlive).orElse(false));
      assertThat(processes(gateway)).isZero();
    }
  }

  @Test
  void aMemberOfAnAggregateComesBackAndTheOthersKeepTheirState() throws Exception {
    String yaml =
        "upstreams: { mortal: "
            + mortal()
            + ", counter: { stop-grace: 300ms, command: "
            + TestGateway.yamlList(Peers.counter())
            + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(client.text("counter__incr", "{}")).contains("\"count\":1");
      String first = client.text("mortal__incr", "{}");
      kill(Long.parseLong(ToolClient.member(first, "pid")));
      String second = client.text("mortal__incr", "{}");
      assertThat(second).contains("\"count\":1").isNotEqualTo(first);
      assertThat(client.text("mortal__state", "{}")).contains("\"initialized\":true");
      assertThat(client.text("counter__incr", "{}")).contains("\"count\":2");

      client.wire().call("tools/list", null);
      assertThat(client.text("mortal__look", mark())).startsWith("done in ");
      assertThat(heard("\"look\"")).isEqualTo(2);
    }
  }

  @Test
  void aCallThatWasCancelledIsNotSentAgain() throws Exception {
    try (var gateway = serving();
        var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      long pid = pid(client);
      try (WireExchange call = client.wire().begin("tools/call", ToolClient.params("hang", "{}"))) {
        await().until(() -> heard("\"hang\"") == 1);
        client.wire().notify("notifications/cancelled", "{\"requestId\":4}");
        await().until(() -> heard("notifications/cancelled") == 1);
        kill(pid);
        assertThat(call.reply().messages()).noneMatch(message -> message.contains("\"error\""));
      }
      pid(client);
      assertThat(heard("\"hang\"")).isEqualTo(1);
    }
  }
}
