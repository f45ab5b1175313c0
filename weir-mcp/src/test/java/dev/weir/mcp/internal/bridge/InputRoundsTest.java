package dev.weir.mcp.internal.bridge;

import static dev.weir.mcp.internal.bridge.FakeModern.message;
import static dev.weir.mcp.internal.bridge.FakeModern.result;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.bridge.FakeModern.Client;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose server needs input: questions to the client, then the call once more. */
@Timeout(300)
class InputRoundsTest {
  private static final String CALL = "{\"name\":\"t\",\"arguments\":{\"a\":1.0}}";
  private static final String STATE = "\"\\u0041 b\\/c==\"";
  private static final String THREE =
      """
      {"resultType":"input_required","requestState":%s,"inputRequests":{\
      "who":{"method":"elicitation/create","params":{"mode":"form","message":"Who?"}},\
      "say":{"method":"sampling/createMessage","params":{"maxTokens":5}},\
      "where":{"method":"roots/list"}}}"""
          .formatted(STATE);

  /** Answers each question with its method. */
  private static class Obliging extends Client {
    private final FakeModern fake;

    Obliging(FakeModern fake) {
      this.fake = fake;
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      super.event(event);
      Envelope question = Objects.requireNonNull(event.message());
      if (question.isRequest()) {
        try {
          fake.bridge.send(answer(question));
        } catch (UpstreamException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    Envelope answer(Envelope question) {
      return Messages.result(
          Objects.requireNonNull(question.id()), "{\"to\": \"" + question.method() + "\"}");
    }
  }

  @Test
  void severalQuestionsAreAskedAndTheirAnswersGoWithTheStateAsItWas() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                request.member("inputResponses") == null
                    ? result(request, THREE)
                    : result(request, "{\"resultType\":\"complete\",\"content\":[]}"))) {
      var client = new Obliging(fake);
      assertThat(fake.ask("tools/call", CALL, client))
          .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}");
      assertThat(client.seen.stream().map(Envelope::method))
          .containsExactly("elicitation/create", "sampling/createMessage", "roots/list");
      assertThat(client.seen.stream().map(Envelope::id)).doesNotHaveDuplicates();
      assertThat(client.seen.getFirst().member("message")).isEqualTo("\"Who?\"");

      Envelope repeated = fake.last();
      assertThat(repeated.member("requestState")).isEqualTo(STATE);
      assertThat(repeated.member("arguments")).isEqualTo("{\"a\":1.0}");
      assertThat(Json.members(repeated.member("inputResponses")))
          .isEqualTo(
              Map.of(
                  "who", "{\"to\": \"elicitation/create\"}",
                  "say", "{\"to\": \"sampling/createMessage\"}",
                  "where", "{\"to\": \"roots/list\"}"));
    }
  }

  @Test
  void eachRoundCarriesItsOwnAnswersAndStateAlone() throws Exception {
    String first =
        "{\"resultType\":\"input_required\",\"requestState\":\"1\","
            + "\"inputRequests\":{\"a\":{\"method\":\"roots/list\"}}}";
    String second =
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"b\":{\"method\":\"roots/list\"}}}";
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              String answers = request.member("inputResponses");
              return result(
                  request,
                  answers == null ? first : answers.contains("\"a\"") ? second : "{\"ok\":1}");
            })) {
      assertThat(fake.ask("tools/call", CALL, new Obliging(fake))).contains("\"ok\":1");
      assertThat(fake.last().member("requestState")).isNull();
      assertThat(Json.members(fake.last().member("inputResponses"))).containsOnlyKeys("b");
    }
  }

  @Test
  void aStateWithoutQuestionsIsBroughtBackAtOnce() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                request.member("requestState") == null
                    ? result(request, "{\"resultType\":\"input_required\",\"requestState\":\"s\"}")
                    : result(request, "{\"ok\":1}"))) {
      assertThat(fake.ask("tools/call", CALL)).contains("\"ok\":1");
      assertThat(fake.last().member("inputResponses")).isNull();
    }
  }

  @Test
  void aServerThatNeverHasEnoughIsLeft() throws Exception {
    var asked = new AtomicInteger();
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              asked.incrementAndGet();
              return result(
                  request,
                  "{\"resultType\":\"input_required\","
                      + "\"inputRequests\":{\"a\":{\"method\":\"roots/list\"}}}");
            })) {
      assertThat(fake.ask("tools/call", CALL, new Obliging(fake)))
          .contains("-32603", "upstream \\\"test\\\"", BridgedCall.ROUNDS + " times");
      assertThat(asked.get()).isEqualTo(BridgedCall.ROUNDS);
    }
  }

  @Test
  void whatTheClientCannotDoIsRefusedAndNotAsked() throws Exception {
    try (var fake = FakeModern.initialized("{}", (request, call) -> result(request, THREE))) {
      var client = new Client();
      assertThat(fake.ask("tools/call", CALL, client))
          .contains("-32603", "elicitation/create", "has not declared the capability elicitation");
      assertThat(client.seen).isEmpty();
    }
  }

  @Test
  void anUnknownQuestionIsRefused() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                result(
                    request,
                    "{\"resultType\":\"input_required\","
                        + "\"inputRequests\":{\"a\":{\"method\":\"acme/ask\"}}}"))) {
      assertThat(fake.ask("tools/call", CALL)).contains("-32603", "acme/ask");
    }
  }

  @Test
  void inputForAListIsRefused() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, THREE))) {
      assertThat(fake.ask("tools/list", null)).contains("-32603", "tools/list");
    }
  }

  @Test
  void aClientThatAnswersWithAnErrorFailsTheCall() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, THREE))) {
      var client =
          new Obliging(fake) {
            @Override
            Envelope answer(Envelope question) {
              return Messages.error(question.id(), -1, "the user said no", null);
            }
          };
      assertThat(fake.ask("tools/call", CALL, client))
          .contains("-32603", "answered elicitation/create with error -1", "the user said no");
    }
  }

  @Test
  void anOutOfBandQuestionGetsTheIdThatLegacyClientsTellItBy() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                request.member("inputResponses") == null
                    ? result(
                        request,
                        "{\"resultType\":\"input_required\",\"inputRequests\":{\"a\":{\"method\":"
                            + "\"elicitation/create\",\"params\":"
                            + "{\"mode\":\"url\",\"url\":\"https://x.example/\"}}}}")
                    : result(request, "{\"ok\":1}"))) {
      var client = new Obliging(fake);
      fake.ask("tools/call", CALL, client);
      assertThat(client.seen.getFirst().member("elicitationId")).isNotNull();
    }
  }

  @Test
  void aCallThatIsCancelledWhileItsClientIsAskedEndsAndTakesTheQuestionsBack() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, THREE))) {
      var client = new Client();
      CompletableFuture<String> answer = ask(fake, client);
      await().until(() -> client.seen.size() == 3);
      fake.bridge.send(
          message(
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                  + "\"params\":{\"requestId\":1}}"));
      assertThat(answer.get()).isEqualTo("ended");
      assertThat(
              client.seen.stream()
                  .filter(m -> m.is("notifications/cancelled"))
                  .map(Envelope::cancelledId))
          .containsExactlyElementsOf(
              client.seen.stream().filter(Envelope::isRequest).map(Envelope::id).toList());
    }
  }

  @Test
  void aConversationThatEndsLeavesNobodyWaitingForAnAnswer() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, THREE))) {
      var client = new Client();
      CompletableFuture<String> answer = ask(fake, client);
      await().until(() -> client.seen.size() == 3);
      fake.bridge.close();
      assertThatThrownBy(answer::get).hasCauseInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void aCallThatFailsInALaterRoundHasBegunAndIsNeverSentAgain() throws Exception {
    for (UpstreamException failure :
        List.of(
            new UpstreamUnavailableException("no connection", null),
            FakeModern.rejected(404, new byte[0]))) {
      try (var fake =
          FakeModern.initialized(
              (request, call) -> {
                if (request.member("inputResponses") != null) {
                  throw failure;
                }
                return result(request, THREE);
              })) {
        assertThatThrownBy(() -> fake.ask("tools/call", CALL, new Obliging(fake)))
            .isInstanceOf(OutcomeUnknownException.class)
            .hasMessageContaining("had begun");
      }
    }
  }

  @Test
  void anAnswerToNoQuestionIsNobodys() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, THREE))) {
      var client = new Client();
      CompletableFuture<String> answer = ask(fake, client);
      await().until(() -> client.seen.size() == 3);
      fake.bridge.send(message("{\"jsonrpc\":\"2.0\",\"id\":\"weir-asks-99\",\"result\":{}}"));
      fake.bridge.send(message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
      assertThat(answer).isNotDone();
      fake.bridge.close();
    }
  }

  private static CompletableFuture<String> ask(FakeModern fake, Client client) {
    var done = new CompletableFuture<String>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(fake.ask("tools/call", CALL, client));
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
