package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Dialogue;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.TestGateway;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A client whose wire carries everything in one stream, and that speaks the modern era on it. */
@Timeout(120)
class ModernChannelTest {
  private final PairServer server = new PairServer();
  private TestGateway gateway;
  private MessageClient client;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.serving("sockets: [{ listen: \"127.0.0.1:0\", route: pair }]", server);
    client = connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    gateway.close();
  }

  private MessageClient connect() throws IOException {
    return MessageClient.socket(gateway.gateway().sockets().keySet().iterator().next());
  }

  private static String params(String members) {
    return params(ModernClient.VERSION, members);
  }

  private static String params(String version, String members) {
    return "{%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\",\"io.modelcontextprotocol/clientCapabilities\":{}}}"
        .formatted(members, version);
  }

  private static String tool(String id, String name) {
    return MessageClient.request(id, "tools/call", params("\"name\":\"" + name + "\","));
  }

  private static boolean isAbout(JsonNode message, String id) {
    return message.path("id").toString().equals(id)
        || message.toString().contains("subscriptionId\":" + id + "}");
  }

  @Test
  void aClientThatProbesFindsBothErasOnOneChannel() throws Exception {
    assertThat(client.call("1", "server/discover", params("")))
        .contains("\"2026-07-28\"", "\"2025-11-25\"");
    client.open("2025-11-25");
    assertThat(client.call("2", "tools/list", "{}")).contains("mirror").doesNotContain("ttlMs");
    assertThat(client.call("3", "tools/list", params(""))).contains("mirror", "ttlMs");
  }

  @Test
  void anUnknownVersionIsToldWhichThereAre() throws Exception {
    assertThat(client.call("1", "server/discover", params("2099-01-01", "")))
        .contains("-32022", "\"supported\"", "2026-07-28", "2099-01-01");
  }

  @Test
  void aRequestThatLacksWhatItMustSayIsRefusedAlone() throws Exception {
    String meta = "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}";
    assertThat(client.call("1", "tools/list", meta)).contains("-32602", "clientCapabilities");
    assertThat(client.call("2", "no/such", params(""))).contains("-32601");
    assertThat(client.call("3", "tools/list", params(""))).contains("mirror");
  }

  @Test
  void nothingIsSaidOfARequestThatWasTakenBack() throws Exception {
    client.send(tool("7", "wait"));
    await().until(() -> server.waiting() == 1);
    client.send(MessageClient.cancelled("7"));
    await().until(() -> server.cancelled() == 1);
    client.send(MessageClient.request("8", "tools/list", params("")));
    String next = client.next(message -> isAbout(message, "7") || isAbout(message, "8"));
    assertThat(next).contains("mirror");
    assertThat(client.call("7", "tools/list", params(""))).as("the id is free").contains("mirror");
  }

  @Test
  void anIdIsInUseUntilItsRequestIsAnswered() throws Exception {
    client.send(tool("7", "wait"));
    await().until(() -> server.waiting() == 1);
    assertThat(client.call("7", "tools/list", params(""))).contains("request id 7 is in use");
    assertThat(server.waiting()).isEqualTo(1);
  }

  @Test
  void whoLeavesHasCancelled() throws Exception {
    client.send(tool("7", "wait"));
    await().until(() -> server.waiting() == 1);
    client.close();
    await().until(() -> server.cancelled() == 1);
  }

  @Test
  void whoLeavesWithAQuestionInHandMayAnswerItOnAnotherChannel() throws Exception {
    // Often: a client that leaves at once is seen while the gateway still ends the request.
    for (int round = 0; round < 200; round++) {
      String answer;
      try (MessageClient asks = connect()) {
        answer = Dialogue.Modern.ask(asks);
      }
      Dialogue.Modern.answer(client, answer);
    }
  }

  @Test
  void subscriptionsShareTheChannelAndEachEndsAlone() throws Exception {
    String listen = params("\"notifications\":{\"toolsListChanged\":true},");
    for (String id : new String[] {"\"a\"", "\"b\""}) {
      client.send(MessageClient.request(id, "subscriptions/listen", listen));
      assertThat(client.next(message -> isAbout(message, id))).contains("acknowledged");
    }
    client.send(MessageClient.cancelled("\"a\""));
    client.send(tool("1", "tell"));
    String told = client.next(message -> isAbout(message, "\"a\"") || isAbout(message, "\"b\""));
    assertThat(told).contains("tools/list_changed", "\"b\"");
  }

  @Test
  void aGatewayThatShutsDownEndsSubscriptionsWithAnAnswer() throws Exception {
    String listen = params("\"notifications\":{\"toolsListChanged\":true},");
    client.send(MessageClient.request("\"a\"", "subscriptions/listen", listen));
    assertThat(client.next(message -> isAbout(message, "\"a\""))).contains("acknowledged");
    gateway.gateway().drainAndClose(Duration.ofMinutes(1));
    assertThat(client.response("\"a\"")).contains("\"complete\"", "subscriptionId");
    client.awaitEnd();
  }

  @Test
  void aGatewayThatShutsDownFinishesCallsAndLetsNoNewOneBegin() throws Exception {
    client.send(tool("7", "wait"));
    await().until(() -> server.waiting() == 1);
    Thread drain =
        Thread.startVirtualThread(
            () -> {
              try {
                gateway.gateway().drainAndClose(Duration.ofMinutes(1));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> client.call("8", "tools/list", params("")).contains("\"busy\""));
    client.send(MessageClient.cancelled("7"));
    drain.join();
    client.awaitEnd();
    assertThat(server.cancelled()).isEqualTo(1);
  }
}
