package dev.weir.mcp.internal.bridge;

import static dev.weir.mcp.internal.bridge.FakeModern.error;
import static dev.weir.mcp.internal.bridge.FakeModern.result;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.internal.bridge.FakeModern.Call;
import dev.weir.mcp.internal.bridge.FakeModern.Client;
import dev.weir.mcp.internal.codec.Json;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a legacy client hears beside its requests. */
@Timeout(300)
class SubscriptionsTest {
  private static final String TOOLS = "notifications/tools/list_changed";
  private static final String UPDATED = "notifications/resources/updated";

  /** Acknowledges every stream, and tells on each what the test says, until it is cancelled. */
  private static final class Telling implements FakeModern.Play {
    static final String END = "";
    final List<Envelope> listens = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    final AtomicInteger open = new AtomicInteger();

    @Override
    public Envelope answer(Envelope request, Call call) throws Exception {
      assertThat(request.method()).isEqualTo("subscriptions/listen");
      String meta = "{\"_meta\":{\"" + MetaKeys.SUBSCRIPTION_ID + "\":" + request.id() + "},";
      open.incrementAndGet();
      listens.add(request);
      call.tell(
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
              + meta
              + "\"notifications\":"
              + request.member("notifications")
              + "}}");
      try {
        while (call.cancelled.getCount() > 0) {
          String one = news.poll(5, TimeUnit.MILLISECONDS);
          if (END.equals(one)) {
            break;
          }
          if (one != null) {
            call.tell(one.replace("{\"_meta\":{},", meta));
          }
        }
        return result(request, "{\"resultType\":\"complete\"}");
      } finally {
        open.decrementAndGet();
      }
    }

    void tell(String method, String params) {
      news.add("{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s}".formatted(method, params));
    }
  }

  private static String filter(Envelope listen, String name) {
    return String.valueOf(Json.member(listen.member("notifications"), name));
  }

  private static Client listening(FakeModern fake) throws Exception {
    var client = new Client();
    Thread.startVirtualThread(
        () -> {
          try {
            fake.bridge.listen(null, client);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    client.opened.await();
    return client;
  }

  @Test
  void aClientThatListensHearsOfListsWithoutTheMarksOfTheGatewaysSubscription() throws Exception {
    var server = new Telling();
    try (var fake = FakeModern.initialized(server)) {
      Client client = listening(fake);
      assertThat(filter(server.listens.getFirst(), "toolsListChanged")).isEqualTo("true");
      assertThat(filter(server.listens.getFirst(), "promptsListChanged")).isEqualTo("null");
      server.tell(TOOLS, "{\"_meta\":{},\"x\":1}");
      await().until(() -> client.seen.size() == 1);
      assertThat(client.texts())
          .containsExactly(
              "{\"jsonrpc\":\"2.0\",\"method\":\"" + TOOLS + "\",\"params\":{\"x\":1}}");
    }
  }

  @Test
  void aSubscriptionIsAcknowledgedBeforeItIsAnswered() throws Exception {
    var server = new Telling();
    try (var fake = FakeModern.initialized(server)) {
      assertThat(fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}")).contains("\"result\":{}");
      assertThat(filter(server.listens.getLast(), "resourceSubscriptions")).isEqualTo("[\"a:b\"]");
      server.tell(UPDATED, "{\"_meta\":{},\"uri\":\"a:b\"}");
      Client client = listening(fake); // it comes late, and hears of it all the same
      await().until(() -> client.seen.size() == 1);
      assertThat(client.seen.getFirst().uri()).isEqualTo("a:b");
    }
  }

  @Test
  void aChangeOfTheSetReplacesTheStreamAndLeavesOne() throws Exception {
    var server = new Telling();
    try (var fake = FakeModern.initialized(server)) {
      fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}");
      fake.ask("resources/subscribe", "{\"uri\":\"c:d\"}");
      assertThat(filter(server.listens.getLast(), "resourceSubscriptions"))
          .isEqualTo("[\"a:b\",\"c:d\"]");
      fake.ask("resources/unsubscribe", "{\"uri\":\"a:b\"}");
      await()
          .until(
              () -> filter(server.listens.getLast(), "resourceSubscriptions").equals("[\"c:d\"]"));
      await().until(() -> server.open.get() == 1);
    }
  }

  @Test
  void aStreamThatEndsIsOpenedAgainAndTheClientToldThatEverythingMayHaveChanged() throws Exception {
    var server = new Telling();
    try (var fake = FakeModern.initialized(server)) {
      fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}");
      Client client = listening(fake);
      server.news.add(Telling.END);
      await().until(() -> client.seen.size() == 2);
      assertThat(client.seen.stream().map(Envelope::method))
          .containsExactlyInAnyOrder(TOOLS, UPDATED);
      await().until(() -> server.open.get() == 1);
    }
  }

  @Test
  void aSubscriptionThatTheServerDoesNotTakeIsRefused() throws Exception {
    try (var fake =
        FakeModern.initialized(
            (request, call) -> {
              call.tell(
                  "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
                      + "\"params\":{\"notifications\":{\"toolsListChanged\":true}}}");
              call.awaitCancelled();
              return null;
            })) {
      assertThat(fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}"))
          .contains("-32603", "a:b", "does not tell of this resource");
    }
  }

  @Test
  void aSubscriptionThatFailsIsRefusedWithTheReason() throws Exception {
    try (var fake = FakeModern.initialized((request, call) -> error(request, -32603, null))) {
      assertThat(fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}"))
          .contains("-32603", "a:b", "the server refused it: no");
    }
  }

  @Test
  void theSameNewsWaitsOnceForAClientThatDoesNotListen() throws Exception {
    var server = new Telling();
    try (var fake = FakeModern.initialized(server)) {
      fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}");
      for (int i = 0; i < 3; i++) {
        server.tell(UPDATED, "{\"_meta\":{},\"uri\":\"a:b\"}");
      }
      server.tell(TOOLS, "{\"_meta\":{},\"x\":1}");
      await().until(server.news::isEmpty);
      Client client = listening(fake);
      await().until(() -> client.seen.stream().anyMatch(one -> one.is(TOOLS)));
      assertThat(client.seen).hasSize(2);
    }
  }

  @Test
  void aSecondStandingStreamIsRefusedUntilTheFirstIsLeft() throws Exception {
    try (var fake = FakeModern.initialized(new Telling())) {
      Client first = listening(fake);
      assertThatThrownBy(() -> fake.bridge.listen(null, new Client()))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(409));
      first.leave();
      await()
          .ignoreExceptions()
          .until(
              () -> {
                Client second = new Client();
                var refused = new CountDownLatch(1);
                Thread.startVirtualThread(
                    () -> {
                      try {
                        fake.bridge.listen(null, second);
                      } catch (Exception e) {
                        refused.countDown();
                      }
                    });
                await().until(() -> second.opened.getCount() == 0 || refused.getCount() == 0);
                return second.opened.getCount() == 0;
              });
    }
  }

  @Test
  void theEndOfTheConversationEndsItsStreams() throws Exception {
    var server = new Telling();
    var over = new CountDownLatch(1);
    try (var fake = FakeModern.initialized(server)) {
      var client = new Client();
      Thread.startVirtualThread(
          () -> {
            try {
              fake.bridge.listen(null, client);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            } finally {
              over.countDown();
            }
          });
      client.opened.await();
      fake.bridge.close();
      over.await();
      await().until(() -> server.open.get() == 0);
    }
  }

  @Test
  void withoutTheCapabilityThereIsNoSuchMethod() throws Exception {
    try (var fake = new FakeModern((request, call) -> result(request, "{}"))) {
      fake.discovered = "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}";
      fake.ask("initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
      assertThat(fake.ask("resources/subscribe", "{\"uri\":\"a:b\"}")).contains("-32601");
      assertThat(fake.ask("logging/setLevel", "{\"level\":\"info\"}")).contains("-32601");
      assertThat(fake.asked).hasSize(1);
    }
  }
}
