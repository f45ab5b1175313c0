package dev.weir.mcp.internal.bridge;

import static dev.weir.mcp.internal.bridge.FakeModern.error;
import static dev.weir.mcp.internal.bridge.FakeModern.message;
import static dev.weir.mcp.internal.bridge.FakeModern.rejected;
import static dev.weir.mcp.internal.bridge.FakeModern.result;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.internal.bridge.FakeModern.Client;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a legacy client's messages, and of the answers: {@code docs/bridge.md}. */
@Timeout(300)
class LegacyOverModernTest {

  @Test
  void initializeIsAnsweredWithWhatDiscoverySaysAndLegacyClientsKnow() throws Exception {
    try (var fake = new FakeModern((request, call) -> null)) {
      String answer =
          fake.ask("initialize", "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}");
      assertThat(answer)
          .isEqualTo(
              """
              {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":\
              {"tools":{"listChanged":true},"resources":{"subscribe":true},"logging":{}},\
              "serverInfo":{"name":"fake","version":"7"},"instructions":"be kind"}}""");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-07-28", "2031-01-01", "1.0"})
  void aVersionThatIsNotLegacyIsAnsweredWithTheNewestThatIs(String asked) throws Exception {
    try (var fake = new FakeModern((request, call) -> null)) {
      String params = "{\"protocolVersion\":\"%s\",\"capabilities\":{}}".formatted(asked);
      assertThat(fake.ask("initialize", params)).contains("\"protocolVersion\":\"2025-11-25\"");
    }
  }

  @Test
  void everyRequestSaysWhatTheClientSaidAtInitialize() throws Exception {
    try (var fake =
        FakeModern.initialized(
            "{\"roots\":{\"listChanged\":true},\"elicitation\":{},\"tasks\":{}}",
            (request, call) -> result(request, "{}"))) {
      fake.ask("prompts/get", "{\"name\":\"p\",\"_meta\":{\"progressToken\":9,\"own\":[1.50]}}");
      assertThat(Json.members(fake.last().member("_meta")))
          .containsEntry("progressToken", "9")
          .containsEntry("own", "[1.50]")
          .containsEntry(MetaKeys.VERSION, "\"2026-07-28\"")
          .containsEntry(MetaKeys.CLIENT_CAPABILITIES, "{\"roots\":{},\"elicitation\":{}}")
          .containsEntry(MetaKeys.CLIENT_INFO, "{\"name\":\"c\",\"version\":\"1\"}");
      fake.ask("tools/list", null);
      assertThat(fake.last().metaVersion()).isEqualTo("2026-07-28");
    }
  }

  @Test
  void noTwoModernRequestsHaveOneIdWhateverTheClientDoes() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      assertThat(fake.ask("prompts/list", null)).contains("\"id\":1,");
      assertThat(fake.ask("prompts/list", null)).contains("\"id\":1,");
      assertThat(fake.asked.stream().map(request -> request.id())).doesNotHaveDuplicates();
    }
  }

  @Test
  void theLogLevelGoesIntoLaterRequests() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      fake.ask("prompts/list", null);
      assertThat(fake.last().member("_meta")).contains("logLevel\":\"info\"");
      assertThat(fake.ask("logging/setLevel", "{\"level\":\"error\"}"))
          .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
      fake.ask("prompts/list", null);
      assertThat(fake.last().member("_meta")).contains("logLevel\":\"error\"");
      assertThat(fake.ask("logging/setLevel", "{\"level\":\"loud\"}")).contains("-32602", "loud");
    }
  }

  @Test
  void aPingIsAnsweredHereAndWhatTheOtherEraKnowsIsUnknown() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      int before = fake.asked.size();
      assertThat(fake.ask("ping", null)).contains("\"result\":{}");
      assertThat(fake.ask("server/discover", null)).contains("-32601");
      assertThat(fake.ask("subscriptions/listen", null)).contains("-32601");
      assertThat(fake.ask("tasks/get", "{\"taskId\":\"1\"}")).contains("-32601");
      assertThat(fake.asked).hasSize(before);
    }
  }

  @Test
  void resultsLoseWhatLegacyClientsDoNotKnowAndNothingElse() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                result(
                    request,
                    """
                    {"prompts":[{"a" : 1.0}],"resultType":"complete","ttlMs":1,\
                    "cacheScope":"private","nextCursor":"x"}"""))) {
      assertThat(fake.ask("prompts/list", null))
          .isEqualTo(
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":"
                  + "{\"prompts\":[{\"a\" : 1.0}],\"ttlMs\":1,\"nextCursor\":\"x\"}}");
    }
  }

  @Test
  void aResultOfAnUnknownTypeIsRefusedAndSaysSo() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) -> result(request, "{\"resultType\":\"task\",\"taskId\":\"1\"}"))) {
      assertThat(fake.ask("tools/call", "{\"name\":\"t\"}"))
          .contains("-32603", "tools/call", "type \\\"task\\\"");
    }
  }

  @Test
  void structuredContentThatIsNoObjectBecomesText() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                request.is("tools/list")
                    ? result(
                        request,
                        """
                        {"tools":[{"name":"a","inputSchema":{},"outputSchema":{"type":"array"}},\
                        {"name":"b","inputSchema":{},"outputSchema":{"type":"object"}}]}""")
                    : result(request, "{\"content\":[],\"structuredContent\":[1,2]}"))) {
      assertThat(fake.ask("tools/call", "{\"name\":\"a\"}"))
          .contains("{\"content\":[{\"type\":\"text\",\"text\":\"[1,2]\"}]}");
      assertThat(fake.ask("tools/list", null))
          .contains(
              "{\"name\":\"a\",\"inputSchema\":{}}", "\"outputSchema\":{\"type\":\"object\"}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "resources/read, -32602, '{\"uri\":\"x:y\"}', -32002",
    "resources/read, -32602, , -32602",
    "tools/call, -32602, '{\"uri\":\"x:y\"}', -32602",
    "tools/call, -32021, '{\"requiredCapabilities\":{\"sampling\":{}}}', -32600",
    "tools/call, -32020, , -32603",
    "tools/call, -32603, '{\"a\":1}', -32603",
    "tools/call, -32601, , -32601",
    "tools/call, 17, , 17",
  })
  void errorsBecomeLegacyOnes(String method, int code, String data, int seen) throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> error(request, code, data))) {
      String answer = fake.ask(method, "{\"name\":\"t\",\"uri\":\"x:y\"}");
      assertThat(answer).contains("\"id\":1,", "\"code\":" + seen + ",");
      if (data != null) {
        assertThat(answer).contains("\"data\":" + data);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"404, -32601, -32601", "400, -32602, -32602", "400, -32021, -32600"})
  void anErrorThatCameWithAStatusIsAnAnswerToALegacyClient(int status, int code, int seen)
      throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              throw rejected(status, error(request, code, null).toBytes());
            })) {
      assertThat(fake.ask("tools/call", "{\"name\":\"t\"}"))
          .contains("\"id\":1,", "\"code\":" + seen + ",");
      assertThat(fake.contradicted.getCount()).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 503})
  void aRefusalThatSaysNothingOfTheProtocolPassesWithTheClientsId(int status) throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              throw rejected(status, error(request, -32603, null).toBytes());
            })) {
      assertThatThrownBy(() -> fake.ask("prompts/list", null))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class,
              e -> {
                assertThat(e.status()).isEqualTo(status);
                assertThat(new String(e.body(), UTF_8)).contains("\"id\":1,");
              });
      assertThat(fake.contradicted.getCount()).isOne();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, ''",
    "404, '<html>'",
    "405, ''",
    "400, '{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"no session\"}}'"
  })
  void whatNoModernServerSaysLosesTheSessionSoThatTheNextIsOfTheOtherEra(int status, String body)
      throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              throw rejected(status, body.getBytes(UTF_8));
            })) {
      assertThatThrownBy(() -> fake.ask("prompts/list", null))
          .isInstanceOf(UpstreamSessionLostException.class);
      assertThat(fake.contradicted.getCount()).isZero();
    }
  }

  @Test
  void aServerThatNoLongerSpeaksTheVersionLosesTheSession() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> error(request, -32022, null))) {
      assertThatThrownBy(() -> fake.ask("prompts/list", null))
          .isInstanceOf(UpstreamSessionLostException.class);
      assertThat(fake.contradicted.getCount()).isZero();
    }
  }

  @Test
  void whatComesBeforeTheAnswerPasses() throws Exception {
    String progress =
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
            + "\"params\":{\"progressToken\":1,\"progress\":1}}";
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              call.tell(progress);
              return result(request, "{}");
            })) {
      var client = new Client();
      fake.ask("tools/call", "{\"name\":\"t\"}", client);
      assertThat(client.texts()).containsExactly(progress);
    }
  }

  @Test
  void cancellingEndsTheModernRequest() throws Exception {
    var begun = new CountDownLatch(1);
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              begun.countDown();
              call.awaitCancelled();
              return null;
            })) {
      var answer = inBackground(() -> fake.ask("tools/call", "{\"name\":\"t\"}"));
      begun.await();
      fake.bridge.send(cancelled("1"));
      assertThat(answer.get()).isEqualTo("ended");
    }
  }

  @Test
  void leavingIsNotCancelling() throws Exception {
    var begun = new CountDownLatch(1);
    var left = new CountDownLatch(1);
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              begun.countDown();
              left.await();
              call.tell("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}");
              call.tell("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}");
              assertThat(call.cancelled.getCount()).isOne();
              return result(request, "{}");
            })) {
      var client =
          new Client() {
            @Override
            public void event(ServerEvent event) throws IOException {
              throw new IOException("gone");
            }
          };
      var answer = inBackground(() -> fake.ask("tools/call", "{\"name\":\"t\"}", client));
      begun.await();
      client.leave();
      left.countDown();
      assertThatThrownBy(answer::get).hasRootCauseMessage("gone");
    }
  }

  @Test
  void whatNeedsNoSayingIsNotSentAndWhatCannotBeSaidIsRefused() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      int before = fake.asked.size();
      for (String method : new String[] {"initialized", "roots/list_changed", "progress"}) {
        fake.bridge.send(
            message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/" + method + "\"}"));
      }
      assertThat(fake.asked).hasSize(before);
      assertThatThrownBy(
              () -> fake.bridge.send(message("{\"jsonrpc\":\"2.0\",\"method\":\"acme/hello\"}")))
          .isInstanceOf(UpstreamRejectedException.class)
          .hasMessageContaining("acme/hello");
    }
  }

  @Test
  void aWishForALegacyTaskIsNotPassedOn() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      fake.ask("tools/call", "{\"name\":\"t\",\"task\":{\"ttl\":1}}");
      assertThat(fake.last().member("task")).isNull();
    }
  }

  @Test
  void beforeInitializeNothingPasses() throws Exception {
    try (var fake = new FakeModern((request, call) -> result(request, "{}"))) {
      assertThat(fake.ask("tools/list", null)).contains("-32600", "not initialized");
      assertThat(fake.asked).isEmpty();
    }
  }

  @Test
  void itsStreamsCannotBeResumed() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> result(request, "{}"))) {
      assertThatThrownBy(() -> fake.bridge.listen("5", new Client()))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void fieldsThatWereNotAsTheServerWantsAreMadeAnewOnce() throws Exception {
    String tools =
        "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
            + "{\"r\":{\"type\":\"string\",\"x-mcp-header\":\"R\"}}}}]}";
    try (var fake =
        FakeModern.initialized(
            (request, call) ->
                request.is("tools/list")
                    ? result(request, tools)
                    : call.fields().isEmpty()
                        ? error(request, -32020, null)
                        : result(request, "{\"content\":[]}"))) {
      String params = "{\"name\":\"t\",\"arguments\":{\"r\":\"eu\"}}";
      assertThat(fake.ask("tools/call", params)).contains("\"content\":[]");
      assertThat(fake.fields.getLast()).containsEntry("Mcp-Param-R", "eu");
      assertThat(fake.fields.get(fake.fields.size() - 2)).as("of the list").isEmpty();
      int before = fake.asked.size();
      fake.ask("tools/call", params);
      assertThat(fake.asked).hasSize(before + 1);
    }
  }

  private static Envelope cancelled(String id) {
    return message(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
            + id
            + "}}");
  }

  private interface Work {
    String run() throws Exception;
  }

  private static CompletableFuture<String> inBackground(Work work) {
    var done = new CompletableFuture<String>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(work.run());
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
