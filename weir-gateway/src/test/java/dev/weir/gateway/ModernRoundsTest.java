package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a legacy server asks in the middle of a call ends the request of a modern client, and the
 * client's next request goes on with the same call.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ModernRoundsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ALL = "{\"sampling\":{},\"elicitation\":{},\"roots\":{}}";
  private static final String ASK = ModernClient.params("ask", "{}", null);

  private PeerServer fixture;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.legacyFixtureHttp();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%s" }
              shared: { url: "%s", isolation: shared }
              stdio: { command: %s }
              counter: { command: %s }
            """
                .formatted(
                    fixture.url(),
                    fixture.url(),
                    TestGateway.yamlList(Peers.fixtureStdio()),
                    TestGateway.yamlList(Peers.counter())));
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

  private ModernClient client(String upstream) {
    return new ModernClient(gateway.url("/mcp/" + upstream), ALL);
  }

  private static JsonNode asked(JsonNode result) {
    assertThat(result.path("resultType").asString())
        .as(result.toString())
        .isEqualTo("input_required");
    assertThat(result.path("requestState").isString()).isTrue();
    return result.path("inputRequests");
  }

  private static String state(JsonNode result) {
    return result.path("requestState").stringValue();
  }

  /** Answers whatever is asked, each under its key. */
  private static String answers(JsonNode requests, String word) {
    ObjectNode answers = JSON.createObjectNode();
    for (var request : requests.properties()) {
      answers.set(
          request.getKey(),
          JSON.readTree(
              switch (request.getValue().path("method").asString()) {
                case "sampling/createMessage" -> ToolClient.sampled(word);
                case "elicitation/create" ->
                    "{\"action\":\"accept\",\"content\":{\"name\":\"%1$s\",\"username\":\"%1$s\",\"email\":\"a@b.example\"}}"
                        .formatted(word);
                case "roots/list" -> "{\"roots\":[{\"uri\":\"file:///%s\"}]}".formatted(word);
                default -> throw new AssertionError(request);
              }));
    }
    return answers.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "shared", "stdio"})
  void aQuestionOfTheServerEndsTheRequestAndTheNextOneGoesOnWithTheCall(String upstream)
      throws Exception {
    try (var client = client(upstream)) {
      String params = ModernClient.params("test_sampling", "{\"prompt\":\"Who?\"}", null);
      WireClient.Reply reply = client.send("tools/call", params);
      assertThat(reply.messages()).hasSize(1);
      JsonNode result = JSON.readTree(reply.response()).path("result");
      JsonNode requests = asked(result);
      assertThat(requests.size()).isEqualTo(1);
      JsonNode request = requests.valueStream().findFirst().orElseThrow();
      assertThat(request.path("method").asString()).isEqualTo("sampling/createMessage");
      assertThat(request.path("params").path("messages").toString()).contains("Who?");
      assertThat(request.has("id")).isFalse();
      JsonNode done =
          client.result(
              "tools/call", ModernClient.answering(params, answers(requests, "me"), state(result)));
      assertThat(done.path("resultType").asString()).isEqualTo("complete");
      assertThat(ModernClient.text(done)).contains("me");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "stdio"})
  void severalQuestionsAtOnceComeTogetherAndAreAnsweredTogether(String upstream) throws Exception {
    try (var client = client(upstream)) {
      String params = ModernClient.params("test_input_required_result_multiple_inputs", "{}", null);
      JsonNode result = client.result("tools/call", params);
      Map<String, String> methods = new TreeMap<>();
      String all = "{}";
      String state = state(result);
      // A slow machine may need another round for what comes late; nothing is lost by that.
      while (result.path("resultType").asString().equals("input_required")) {
        JsonNode requests = asked(result);
        requests
            .properties()
            .forEach(each -> methods.put(each.getValue().path("method").asString(), each.getKey()));
        all = answers(requests, "ada");
        state = state(result);
        result = client.result("tools/call", ModernClient.answering(params, all, state));
      }
      assertThat(methods)
          .containsOnlyKeys("elicitation/create", "roots/list", "sampling/createMessage");
      assertThat(ModernClient.text(result)).isEqualTo("Hello, ada!");
    }
  }

  @Test
  void roundAfterRoundGoesOnWithTheSameCall() throws Exception {
    try (var client = client("stdio")) {
      String params = ModernClient.params("test_input_required_result_multi_round", "{}", null);
      JsonNode first = client.result("tools/call", params);
      JsonNode second =
          client.result(
              "tools/call",
              ModernClient.answering(
                  params,
                  answer(asked(first), "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}"),
                  state(first)));
      assertThat(state(second)).isNotEqualTo(state(first));
      JsonNode done =
          client.result(
              "tools/call",
              ModernClient.answering(
                  params,
                  answer(asked(second), "{\"action\":\"accept\",\"content\":{\"color\":\"red\"}}"),
                  state(second)));
      assertThat(ModernClient.text(done)).isEqualTo("Ada likes red");
    }
  }

  /** One answer to the only question. */
  private static String answer(JsonNode requests, String answer) {
    String key = requests.propertyNames().iterator().next();
    return "{\"" + key + "\":" + answer + ",\"unknown\":{\"action\":\"accept\"}}";
  }

  @Test
  void promptsAskToo() throws Exception {
    try (var client = client("http")) {
      String params = "{\"name\":\"test_input_required_result_prompt\"}";
      JsonNode first = client.result("prompts/get", params);
      JsonNode done =
          client.result(
              "prompts/get",
              ModernClient.answering(
                  params,
                  answer(asked(first), "{\"action\":\"accept\",\"content\":{\"context\":\"c\"}}"),
                  state(first)));
      assertThat(done.path("messages").toString()).contains("In the context of c");
    }
  }

  @Test
  void whatIsNotAnsweredIsAskedAgainUnderTheSameKey() throws Exception {
    try (var client = client("counter")) {
      JsonNode first = client.result("tools/call", ASK);
      JsonNode again =
          client.result("tools/call", ModernClient.answering(ASK, "{\"wrong\":{}}", state(first)));
      assertThat(asked(again)).isEqualTo(asked(first));
      JsonNode done =
          client.result(
              "tools/call", ModernClient.answering(ASK, answers(asked(again), "me"), state(again)));
      assertThat(ModernClient.text(done)).isEqualTo("me");
    }
  }

  @Test
  void anAnswerThatIsNoneIsRefusedAndTheCallWaitsOn() throws Exception {
    try (var client = client("counter")) {
      JsonNode first = client.result("tools/call", ASK);
      String key = asked(first).propertyNames().iterator().next();
      for (String wrong : List.of("{\"" + key + "\":12345}", "[]")) {
        JsonNode error =
            client.error("tools/call", ModernClient.answering(ASK, wrong, state(first)));
        assertThat(error.path("code").asInt()).isEqualTo(-32602);
      }
      JsonNode done =
          client.result(
              "tools/call", ModernClient.answering(ASK, answers(asked(first), "me"), state(first)));
      assertThat(ModernClient.text(done)).isEqualTo("me");
    }
  }

  @Test
  void aStateThatIsWrongUsedOrOfAnotherRequestIsRefusedAndTheCallWaitsOn() throws Exception {
    try (var client = client("counter");
        var elsewhere = client("stdio")) {
      JsonNode first = client.result("tools/call", ASK);
      String answers = answers(asked(first), "me");
      String another = ModernClient.params("incr", "{}", null);
      String other = ModernClient.params("ask", "{\"other\":1}", null);
      for (JsonNode error :
          List.of(
              client.error("tools/call", ModernClient.answering(ASK, answers, "wrong")),
              client.error(
                  "tools/call", ModernClient.answering(ASK, answers, state(first) + "-TAMPERED")),
              client.error("tools/call", ModernClient.answering(another, answers, state(first))),
              client.error("tools/call", ModernClient.answering(other, answers, state(first))),
              elsewhere.error("tools/call", ModernClient.answering(ASK, answers, state(first))))) {
        assertThat(error.path("code").asInt()).isEqualTo(-32602);
        assertThat(error.path("data").path("cause").asString()).isEqualTo("unknown-state");
      }
      String right = ModernClient.answering(ASK, answers, state(first));
      assertThat(ModernClient.text(client.result("tools/call", right))).isEqualTo("me");
      assertThat(client.error("tools/call", right).path("data").path("cause").asString())
          .isEqualTo("unknown-state");
    }
  }

  @Test
  void nobodysAnswerReachesTheQuestionOfAnother() throws Exception {
    try (var victim = client("counter");
        var attacker = client("counter")) {
      JsonNode mine = victim.result("tools/call", ASK);
      JsonNode theirs = attacker.result("tools/call", ASK);
      // Both servers count their questions from 1, and both have the same key here.
      assertThat(asked(theirs).propertyNames()).isEqualTo(asked(mine).propertyNames());
      JsonNode done =
          attacker.result(
              "tools/call",
              ModernClient.answering(ASK, answers(asked(theirs), "attacker"), state(theirs)));
      assertThat(ModernClient.text(done)).isEqualTo("attacker");
      // Used up, it opens nothing; neither does an answer without one, or by way of a handle.
      attacker.error(
          "tools/call",
          ModernClient.answering(ASK, answers(asked(mine), "attacker"), state(theirs)));
      JsonNode fresh =
          attacker.result(
              "tools/call", ModernClient.answering(ASK, answers(asked(mine), "attacker"), null));
      assertThat(state(fresh)).isNotEqualTo(state(mine));
      String inTheirSession = ModernClient.params("ask", "{}", ModernClient.handle(theirs));
      attacker.result(
          "tools/call",
          ModernClient.answering(inTheirSession, answers(asked(mine), "attacker"), null));
      JsonNode answered =
          victim.result(
              "tools/call",
              ModernClient.answering(ASK, answers(asked(mine), "victim"), state(mine)));
      assertThat(ModernClient.text(answered)).isEqualTo("victim");
    }
  }

  @Test
  void onASharedSessionEachClientAnswersItsOwnQuestion() throws Exception {
    List<ModernClient> clients = new ArrayList<>();
    try {
      List<JsonNode> asked = new ArrayList<>();
      String params = ModernClient.params("test_sampling", "{\"prompt\":\"Who?\"}", null);
      for (int i = 0; i < 4; i++) {
        clients.add(client("shared"));
        asked.add(clients.get(i).result("tools/call", params));
      }
      for (int i = 3; i >= 0; i--) {
        JsonNode mine = asked.get(i);
        JsonNode done =
            clients
                .get(i)
                .result(
                    "tools/call",
                    ModernClient.answering(
                        params, answers(asked(mine), "client " + i), state(mine)));
        assertThat(ModernClient.text(done)).contains("client " + i);
      }
    } finally {
      for (ModernClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void aClientThatHasNotDeclaredItIsNotAskedAndTheServerIsToldSo(@TempDir Path folder)
      throws Exception {
    Path heard = folder.resolve("heard.lines");
    List<String> command = new ArrayList<>(List.of("sh", "-c", "tee \"$0\" | \"$@\""));
    command.add(heard.toString());
    command.addAll(Peers.counter());
    try (var recording =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s, standby: { max: 0 } }\n"
                    .formatted(TestGateway.yamlList(command)));
        var client = new ModernClient(recording.url("/mcp/counter"), "{\"elicitation\":{}}")) {
      WireClient.Reply reply = client.send("tools/call", ASK);
      assertThat(reply.status()).isEqualTo(400);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(-32021);
      assertThat(error.path("data").path("requiredCapabilities").path("sampling").isObject())
          .isTrue();
      await()
          .untilAsserted(
              () ->
                  assertThat(Files.readString(heard)).contains("\"error\"").contains("cancelled"));
    }
  }

  @Test
  void aCallWhoseClientDoesNotAnswerInTimeIsGivenUp(@TempDir Path folder) throws Exception {
    Path heard = folder.resolve("heard.lines");
    List<String> command = new ArrayList<>(List.of("sh", "-c", "tee \"$0\" | \"$@\""));
    command.add(heard.toString());
    command.addAll(Peers.counter());
    try (var hasty =
            TestGateway.serving(
                """
                modern: { answer-timeout: 300ms }
                upstreams:
                  counter: { command: %s, standby: { max: 0 } }
                """
                    .formatted(TestGateway.yamlList(command)));
        var client = new ModernClient(hasty.url("/mcp/counter"), ALL)) {
      JsonNode first = client.result("tools/call", ASK);
      await()
          .untilAsserted(
              () ->
                  assertThat(Files.readString(heard))
                      .contains("notifications/cancelled")
                      .contains("has not answered"));
      String late = ModernClient.answering(ASK, answers(asked(first), "late"), state(first));
      assertThat(client.error("tools/call", late).path("data").path("cause").asString())
          .isEqualTo("unknown-state");
    }
  }

  @Test
  void questionsOfCallsThatRunInOneSessionAreAllAnswered() throws Exception {
    try (var client = client("counter")) {
      String handle = ModernClient.handle(client.call("incr", "{}"));
      String one = ModernClient.params("ask", "{\"n\":1}", handle);
      String two = ModernClient.params("ask", "{\"n\":2}", handle);
      JsonNode first = client.result("tools/call", one);
      asked(first);
      // While the first waits, a question of the second names no call on this wire.
      try (var second = client.begin("tools/call", two)) {
        JsonNode done = null;
        String state = state(first);
        JsonNode requests = asked(first);
        done =
            client.result("tools/call", ModernClient.answering(one, answers(requests, "a"), state));
        while (done.path("resultType").asString().equals("input_required")) {
          done =
              client.result(
                  "tools/call",
                  ModernClient.answering(one, answers(asked(done), "b"), state(done)));
        }
        assertThat(ModernClient.text(done)).isIn("a", "b");
        JsonNode other = JSON.readTree(second.reply().response()).path("result");
        while (other.path("resultType").asString().equals("input_required")) {
          other =
              client.result(
                  "tools/call",
                  ModernClient.answering(two, answers(asked(other), "c"), state(other)));
        }
        assertThat(ModernClient.text(other)).isIn("a", "b", "c");
      }
    }
  }
}
