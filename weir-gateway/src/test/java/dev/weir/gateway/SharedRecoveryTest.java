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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** G8 for clients that share a process: all of them go on when it dies, and stay apart. */
@Timeout(300)
class SharedRecoveryTest {
  private static final String ONE = "{\"uri\":\"test://one\"}";
  private static final String TWO = "{\"uri\":\"test://two\"}";

  @TempDir private Path files;

  private TestGateway gateway;
  private ToolClient first;
  private ToolClient second;

  @BeforeEach
  void shareOneProcess() throws IOException {
    List<String> command =
        Peers.mortal(
            heard(),
            "--refuse",
            files.resolve("refuse").toString(),
            "--narrow",
            files.resolve("narrow").toString(),
            "--older",
            files.resolve("older").toString());
    gateway =
        TestGateway.serving(
            "upstreams: { mortal: { isolation: shared, stop-grace: 300ms, standby: { max: 0 },"
                + " command: "
                + TestGateway.yamlList(command)
                + " } }");
    first = ToolClient.open(gateway.url("/mcp/mortal"));
    second = ToolClient.open(gateway.url("/mcp/mortal"));
  }

  @AfterEach
  void end() throws IOException {
    first.close();
    second.close();
    gateway.close();
  }

  private Path heard() {
    return files.resolve("heard");
  }

  /** How many messages that contain this have reached the server, in all of its lives. */
  private long heard(String part) throws IOException {
    return Files.readAllLines(heard()).stream().filter(line -> line.contains(part)).count();
  }

  private String mark() {
    return "\"mark\":\"" + files.resolve("mark") + "\"";
  }

  private static long pid(ToolClient client) throws IOException {
    return Long.parseLong(ToolClient.member(client.text("incr", "{}"), "pid"));
  }

  private static void kill(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    await().until(() -> !process.isAlive());
  }

  private double recoveries(String outcome) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  private double processes() throws IOException {
    return gateway.metric("weir_upstream_sessions{transport=\"stdio\",upstream=\"mortal\"}");
  }

  private static String next(WireExchange stream) throws IOException {
    return stream.nextMessage(Patience.LIMIT);
  }

  @Test
  void bothClientsGoOnInOneNewProcessThatWasToldWhatTheFirstWas() throws Exception {
    first.wire().call("resources/subscribe", ONE);
    second.wire().call("resources/subscribe", TWO);
    first.wire().call("logging/setLevel", "{\"level\":\"error\"}");
    second.wire().call("logging/setLevel", "{\"level\":\"notice\"}");
    long before = pid(first);
    assertThat(pid(second)).isEqualTo(before);
    kill(before);

    String state = first.text("state", "{}");
    assertThat(state)
        .contains("\"initialized\":true")
        .contains("\"level\":\"notice\"")
        .contains("\"subscribed\":[\"test://one\",\"test://two\"]");
    long after = Long.parseLong(ToolClient.member(state, "pid"));
    assertThat(after).isNotEqualTo(before);
    assertThat(pid(second)).isEqualTo(after);
    assertThat(heard("\"initialize\"")).isEqualTo(2);
    assertThat(heard("wire-client")).as("nobody's own words").isZero();
    assertThat(recoveries("recovered")).isEqualTo(1);
    assertThat(gateway.metric("weir_sessions")).isEqualTo(2);
  }

  @Test
  void bothHearOfALossOnceAndEachOfItsOwnSubscriptions() throws Exception {
    try (WireExchange toFirst = first.wire().listen(null);
        WireExchange toSecond = second.wire().listen(null)) {
      assertThat(toFirst.status()).isEqualTo(200);
      assertThat(toSecond.status()).isEqualTo(200);
      first.wire().call("resources/subscribe", ONE);
      second.wire().call("resources/subscribe", TWO);
      kill(pid(first));

      for (ToolClient client : List.of(first, second)) {
        assertThat(client.call("incr", "{}").response())
            .contains("dev.weir/upstream-state-lost")
            .contains("\"upstream\":\"mortal\"");
        assertThat(client.call("incr", "{}").response()).doesNotContain("upstream-state-lost");
      }
      for (WireExchange stream : List.of(toFirst, toSecond)) {
        assertThat(next(stream)).contains("notifications/tools/list_changed");
        assertThat(next(stream)).contains("notifications/resources/list_changed");
      }
      assertThat(next(toFirst)).contains("resources/updated").contains("test://one");
      assertThat(next(toSecond)).contains("resources/updated").contains("test://two");

      // What comes next is of the new process, and each gets its own.
      assertThat(second.text("touch", ONE)).isEqualTo("told");
      assertThat(first.text("touch", TWO)).isEqualTo("told");
      assertThat(next(toFirst)).contains("resources/updated").contains("test://one");
      assertThat(next(toSecond)).contains("resources/updated").contains("test://two");
      kill(pid(first));
      pid(second);
      assertThat(next(toFirst)).contains("notifications/tools/list_changed");
      assertThat(next(toSecond)).contains("notifications/tools/list_changed");
    }
  }

  @Test
  void callsInFlightHaveAnUnknownOutcomeUnlessTheirToolIsDeclaredHarmless() throws Exception {
    first.wire().call("tools/list", null);
    long pid = pid(second);
    try (var stalling = first.wire().begin("tools/call", ToolClient.params("stall", "{}"));
        var echoing = second.wire().begin("tools/call", ToolClient.params("echo", echo("b")))) {
      await().until(() -> heard("\"stall\"") == 1 && heard("\"echo\"") == 1);
      Files.createFile(files.resolve("mark"));
      kill(pid);
      assertThat(stalling.reply().response()).contains("outcome-unknown");
      assertThat(ToolClient.textOf(echoing.reply().response())).startsWith("b in ");
    }
    assertThat(heard("\"stall\"")).isEqualTo(1);
    assertThat(heard("\"echo\"")).isEqualTo(2);
  }

  private String echo(String text) {
    return "{" + mark() + ",\"text\":\"" + text + "\"}";
  }

  @Test
  void callsThatAreSentAgainAreAnsweredToWhoMadeThem() throws Exception {
    first.wire().call("tools/list", null);
    second.wire().call("tools/list", null);
    long pid = pid(first);
    assertThat(pid(second)).isEqualTo(pid);
    try (var mine = first.wire().begin("tools/call", ToolClient.params("echo", echo("mine")));
        var theirs = second.wire().begin("tools/call", ToolClient.params("echo", echo("theirs")));
        var given = second.wire().begin("tools/call", ToolClient.params("hang", "{}"))) {
      await().until(() -> heard("\"echo\"") == 2 && heard("\"hang\"") == 1);
      // Both clients count their ids from 1, so this is the id of a call of each; and of none here.
      first.wire().notify("notifications/cancelled", "{\"requestId\":5}");
      second.wire().notify("notifications/cancelled", "{\"requestId\":5}");
      await().until(() -> heard("notifications/cancelled") == 1);
      Files.createFile(files.resolve("mark"));
      kill(pid);
      assertThat(ToolClient.textOf(mine.reply().response())).startsWith("mine in ");
      assertThat(ToolClient.textOf(theirs.reply().response())).startsWith("theirs in ");
      assertThat(given.reply().messages()).noneMatch(message -> message.contains("\"error\""));
    }
    assertThat(heard("\"echo\"")).isEqualTo(4);
    assertThat(heard("\"hang\"")).as("cancelled before").isEqualTo(1);
  }

  @Test
  void manyCallsOfBothThatFindTheSameLossShareOneNewProcess() throws Exception {
    kill(pid(first));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Long>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.add(() -> pid(first));
        calls.add(() -> pid(second));
      }
      Set<Long> processes = new HashSet<>();
      for (Future<Long> call : threads.invokeAll(calls)) {
        processes.add(call.get());
      }
      assertThat(processes).hasSize(1);
    }
    assertThat(heard("\"initialize\"")).isEqualTo(2);
    assertThat(recoveries("recovered")).isEqualTo(1);
  }

  @Test
  void aSubscriptionThatTheNewProcessRefusesIsToldToItsClientAloneAndMayBeMadeAgain()
      throws Exception {
    first.wire().call("resources/subscribe", ONE);
    second.wire().call("resources/subscribe", TWO);
    long pid = pid(first);
    Path refused = files.resolve("refuse");
    Files.writeString(refused, "test://one");
    kill(pid);

    assertThat(first.call("incr", "{}").response()).contains("\"unsubscribed\":[\"test://one\"]");
    assertThat(second.call("incr", "{}").response())
        .contains("upstream-state-lost")
        .doesNotContain("test://")
        .doesNotContain("unsubscribed");
    Files.delete(refused);
    assertThat(second.text("touch", ONE)).isEqualTo("nobody has subscribed");
    first.wire().call("resources/subscribe", ONE);
    assertThat(second.text("touch", ONE)).isEqualTo("told");
  }

  @Test
  void nothingIsStartedForClientsThatLeave() throws Exception {
    first.wire().call("resources/subscribe", ONE);
    second.wire().call("resources/subscribe", TWO);
    first.wire().call("logging/setLevel", "{\"level\":\"debug\"}");
    second.wire().call("logging/setLevel", "{\"level\":\"error\"}");
    kill(pid(first));
    await().until(() -> processes() == 0);
    first.delete();
    await().until(() -> gateway.metric("weir_sessions") == 1);

    String state = second.text("state", "{}");
    assertThat(state)
        .as("what the one who left had wanted is not said again")
        .contains("\"subscribed\":[\"test://two\"]")
        .contains("\"level\":\"error\"");
    assertThat(heard("\"initialize\"")).isEqualTo(2);

    kill(Long.parseLong(ToolClient.member(state, "pid")));
    await().until(() -> processes() == 0);
    second.delete();
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(heard("\"initialize\"")).isEqualTo(2);
  }

  @Test
  void nobodyBeginsWithAProcessThatIsDead() throws Exception {
    long pid = pid(first);
    first.delete();
    second.delete();
    await().until(() -> gateway.metric("weir_sessions") == 0);
    kill(pid);
    await().until(() -> processes() == 0);
    try (var next = ToolClient.open(gateway.url("/mcp/mortal"))) {
      WireClient.Reply reply = next.call("incr", "{}");
      assertThat(ToolClient.textOf(reply.response())).contains("\"count\":1");
      assertThat(reply.response()).doesNotContain("upstream-state-lost");
    }
    assertThat(recoveries("recovered")).isZero();
  }

  @Test
  void aProcessThatIsNotWhatTheClientsAgreedWithEndsTheirSessions() throws Exception {
    long pid = pid(first);
    Files.createFile(files.resolve("narrow"));
    kill(pid);
    WireClient.Reply reply = first.call("incr", "{}");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).contains("no longer has the capability");
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(second.call("incr", "{}").status()).isEqualTo(404);
    assertThat(heard("\"incr\"")).isEqualTo(1);
    await().until(() -> processes() == 0);
    assertThat(recoveries("incompatible")).isEqualTo(1);
  }

  @Test
  void aProcessThatSpeaksAnotherVersionEndsTheirSessions() throws Exception {
    long pid = pid(first);
    Files.createFile(files.resolve("older"));
    kill(pid);
    WireClient.Reply reply = second.call("incr", "{}");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).contains("it now speaks 2025-03-26, and no longer 2025-11-25");
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(heard("\"incr\"")).isEqualTo(1);
  }

  @Test
  void aServerThatDiesAgainAndAgainIsGivenUpForBothAndServesNewClients() throws Exception {
    for (int death = 0; death < 4; death++) {
      kill(pid(first));
    }
    WireClient.Reply reply = first.call("incr", "{}");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).contains("recovered 3 times within 60 s");
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(second.call("incr", "{}").status()).isEqualTo(404);
    try (var next = ToolClient.open(gateway.url("/mcp/mortal"))) {
      assertThat(next.text("incr", "{}")).contains("\"count\":1");
    }
  }

  @Test
  void clientsOfTheMergedEndpointShareItsMembersAndGoOnWithThem() throws Exception {
    try (var one = ToolClient.open(gateway.url("/mcp"));
        var other = ToolClient.open(gateway.url("/mcp"));
        WireExchange toOne = one.wire().listen(null)) {
      assertThat(toOne.status()).isEqualTo(200);
      String pid = ToolClient.member(one.text("mortal__incr", "{}"), "pid");
      assertThat(other.text("mortal__incr", "{}")).contains("\"count\":2").contains(pid);
      kill(Long.parseLong(pid));
      String next = ToolClient.member(other.text("mortal__incr", "{}"), "pid");
      assertThat(next).isNotEqualTo(pid);
      assertThat(one.text("mortal__incr", "{}")).contains("\"count\":2").contains(next);
      assertThat(next(toOne)).contains("notifications/tools/list_changed");

      one.wire().call("tools/list", null);
      String both = "{" + mark() + ",\"text\":\"";
      try (var mine =
              one.wire().begin("tools/call", ToolClient.params("mortal__echo", both + "mine\"}"));
          var theirs =
              other
                  .wire()
                  .begin("tools/call", ToolClient.params("mortal__echo", both + "theirs\"}"))) {
        await().until(() -> heard("\"echo\"") == 2);
        Files.createFile(files.resolve("mark"));
        kill(Long.parseLong(next));
        assertThat(ToolClient.textOf(mine.reply().response())).startsWith("mine in ");
        assertThat(ToolClient.textOf(theirs.reply().response())).startsWith("theirs in ");
      }
      other.delete();
      assertThat(one.text("mortal__incr", "{}")).contains("\"count\":1");
    }
  }

  @Test
  void whoFloodsTheSessionDoesNotStarveTheOther() throws Exception {
    List<WireExchange> flood = new ArrayList<>();
    try {
      for (int n = 0; n < 40; n++) {
        flood.add(first.wire().begin("tools/call", ToolClient.params("stall", "{}")));
      }
      await().until(() -> heard("\"stall\"") == 16);
      for (int count = 1; count <= 3; count++) {
        assertThat(second.text("incr", "{}")).contains("\"count\":" + count);
      }
      assertThat(heard("\"stall\"")).as("half of the calls at once").isEqualTo(16);
    } finally {
      for (WireExchange call : flood) {
        call.close();
      }
    }
  }
}
