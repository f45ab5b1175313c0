package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A legacy server that runs a call only after pages were visited, and modern clients. */
@Timeout(120)
class ModernVisitsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String BY_PAGE = "{\"elicitation\":{\"url\":{}}}";
  private static final String CALL = ModernClient.params("balance", "{\"of\":1}", null);

  private final Bank bank = new Bank();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.serving("", bank);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Two pages at once, and when they were visited a third; then it knows the balance. */
  private static final class Bank implements InProcessServer {
    final List<Envelope> calls = new CopyOnWriteArrayList<>();
    final List<Envelope> told = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<String, Peer> open = new ConcurrentHashMap<>();
    private final List<String> visited = new CopyOnWriteArrayList<>();

    /** A user is done at these pages, which the clients that were sent there are told. */
    void visit(String... pages) {
      for (String page : pages) {
        visited.add(page);
        Objects.requireNonNull(open.get(page))
            .notify("notifications/elicitation/complete", "{\"elicitationId\":\"" + page + "\"}");
      }
    }

    @Override
    public Conversation open(Peer client) {
      return new Conversation() {
        @Override
        public Envelope request(Envelope request, Peer call) {
          RequestId id = Objects.requireNonNull(request.id());
          if (request.is("initialize")) {
            return Messages.result(
                id,
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                    + "\"serverInfo\":{\"name\":\"bank\",\"version\":\"1\"}}");
          }
          calls.add(request);
          List<String> missing = new ArrayList<>(List.of("login", "consent"));
          missing.removeAll(visited);
          if (missing.isEmpty() && !visited.contains("code")) {
            missing.add("code");
          }
          missing.forEach(page -> open.put(page, client));
          return missing.isEmpty()
              ? Messages.result(id, "{\"content\":[{\"type\":\"text\",\"text\":\"17\"}]}")
              : Messages.error(id, -32042, "first the pages", data(missing));
        }

        @Override
        public void notification(Envelope notification) {
          told.add(notification);
        }

        @Override
        public void close() {
          // Nothing is held.
        }
      };
    }

    private static String data(List<String> pages) {
      return pages.stream()
          .map(
              page ->
                  "{\"mode\":\"url\",\"elicitationId\":\"%1$s\",\"url\":\"https://bank.example/%1$s\",\"message\":\"Go\"}"
                      .formatted(page))
          .collect(Collectors.joining(",", "{\"elicitations\":[", "]}"));
    }
  }

  private static String answers(JsonNode asked, String action) {
    return asked.path("inputRequests").properties().stream()
        .map(each -> "\"" + each.getKey() + "\":{\"action\":\"" + action + "\"}")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String state(JsonNode asked) {
    return asked.path("requestState").stringValue();
  }

  private static Stream<String> urls(JsonNode asked) {
    assertThat(asked.path("resultType").asString()).as("%s", asked).isEqualTo("input_required");
    return asked
        .path("inputRequests")
        .valueStream()
        .map(each -> each.path("params").path("url").asString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp/pair", "/mcp"})
  void pagesThatMustBeVisitedAreAskedForAndThenTheCallIsMadeAgain(String path) throws Exception {
    try (var client = new ModernClient(gateway.url(path), BY_PAGE)) {
      String call = path.equals("/mcp") ? CALL.replace("balance", "pair__balance") : CALL;
      JsonNode first = client.result("tools/call", call);
      assertThat(urls(first))
          .containsExactly("https://bank.example/login", "https://bank.example/consent");
      for (JsonNode request : first.path("inputRequests")) {
        assertThat(request.path("method").asString()).isEqualTo("elicitation/create");
        assertThat(request.path("params").propertyNames())
            .containsExactlyInAnyOrder("mode", "url", "message");
      }
      bank.visit("login", "consent");
      JsonNode second =
          client.result(
              "tools/call", ModernClient.answering(call, answers(first, "accept"), state(first)));
      assertThat(urls(second)).containsExactly("https://bank.example/code");
      bank.visit("code");
      JsonNode done =
          client.result(
              "tools/call", ModernClient.answering(call, answers(second, "accept"), state(second)));
      assertThat(ModernClient.text(done)).isEqualTo("17");
      assertThat(bank.calls).hasSize(3);
      assertThat(bank.calls.stream().map(Envelope::id)).doesNotHaveDuplicates();
      assertThat(bank.calls).allMatch(each -> "{\"of\":1}".equals(each.member("arguments")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"decline", "cancel"})
  void whoWillNotVisitThemGetsTheServersErrorAndTheCallIsNotMadeAgain(String action)
      throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/pair"), BY_PAGE)) {
      JsonNode asked = client.result("tools/call", CALL);
      JsonNode error =
          client.error(
              "tools/call", ModernClient.answering(CALL, answers(asked, action), state(asked)));
      assertThat(error.path("code").asInt()).isEqualTo(JsonRpcError.INTERNAL_ERROR);
      assertThat(error.path("message").asString()).isEqualTo("first the pages");
      assertThat(error.path("data").path("elicitations").size()).isEqualTo(2);
      assertThat(bank.calls).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"elicitation\":{}}"})
  void aClientThatCannotOpenPagesIsToldThatItMustBeAbleTo(String capabilities) throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/pair"), capabilities)) {
      WireClient.Reply reply = client.send("tools/call", CALL);
      assertThat(reply.status()).isEqualTo(400);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(JsonRpcError.MISSING_CLIENT_CAPABILITY);
      assertThat(error.path("data").path("requiredCapabilities").toString())
          .isEqualTo("{\"elicitation\":{\"url\":{}}}");
      assertThat(bank.calls).hasSize(1);
    }
    gateway.close(); // then all that was to be said has been
    assertThat(bank.told).noneMatch(each -> each.is("notifications/cancelled"));
  }

  @Test
  void aRequestThatCannotAskIsAnsweredWithTheServersError() throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/pair"), BY_PAGE)) {
      String params = "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"},\"argument\":{}}";
      JsonNode error = client.error("completion/complete", params);
      assertThat(error.path("code").asInt()).isEqualTo(JsonRpcError.INTERNAL_ERROR);
      assertThat(error.path("data").path("elicitations").size()).isEqualTo(2);
    }
  }
}
