package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.id;
import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.internal.upstream.Fixture.Heard;
import dev.weir.pool.kit.Patience;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of the modern era on a wire that carries everything in one stream. */
@Timeout(120)
class ModernCorrelatorTest {
  private final Heard heard = new Heard();
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final Correlator correlator =
      new Correlator("u", heard, this::write, Patience.LIMIT, Era.MODERN);

  private long write(Envelope message) {
    RequestId cancelled = message.cancelledId();
    written.add(cancelled == null ? String.valueOf(message.method()) : "cancelled " + cancelled);
    return 0;
  }

  /** A client that leaves when the test says so, or has left before. */
  private static final class Client implements Answer.Exchange {
    private final List<Envelope> messages = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> leaves = new CompletableFuture<>();

    @Override
    public void event(ServerEvent event) {
      messages.add(Objects.requireNonNull(event.message()));
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      leaves.thenRun(action);
    }
  }

  private CompletableFuture<Answer> begin(String id, String method, Client client) {
    var done = new CompletableFuture<Answer>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(correlator.request(request(id, method, "{}"), client));
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private static Envelope news(String subscription) {
    return Messages.notification(
        "notifications/tools/list_changed",
        "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"" + subscription + "\"}}");
  }

  @Test
  void aClientThatLeavesHasCancelledAndTheUpstreamIsToldSo() {
    var client = new Client();
    var call = begin("a", "tools/call", client);
    await().until(() -> written.contains("tools/call"));
    client.leaves.complete(null);
    assertThat(call).succeedsWithin(Patience.LIMIT).isInstanceOf(Answer.StreamEnded.class);
    assertThat(written).startsWith("tools/call", "cancelled \"a\"");
    correlator.received(Messages.result(id("a"), "{}"));
    assertThat(correlator.late()).isEqualTo(1);
  }

  @Test
  void aClientThatLeftBeforeItsRequestWasWrittenIsToldOfAfterIt() {
    var client = new Client();
    client.leaves.complete(null);
    var call = begin("a", "subscriptions/listen", client);
    assertThat(call).succeedsWithin(Patience.LIMIT).isInstanceOf(Answer.StreamEnded.class);
    assertThat(written).endsWith("subscriptions/listen", "cancelled \"a\"");
    assertThat(correlator.inFlight()).isZero();
  }

  @Test
  void nobodyIsToldOfAClientThatLeavesAfterItsAnswer() {
    var client = new Client();
    var call = begin("a", "tools/call", client);
    await().until(() -> written.contains("tools/call"));
    correlator.received(Messages.result(id("a"), "{}"));
    assertThat(call).succeedsWithin(Patience.LIMIT).isInstanceOf(Answer.Response.class);
    client.leaves.complete(null);
    assertThat(written).containsExactly("tools/call");
  }

  @Test
  void newsGoToTheSubscriptionThatTheyNameAndTheRestToTheOnlyCall() {
    var first = new Client();
    var second = new Client();
    var calling = new Client();
    var one = begin("one", "subscriptions/listen", first);
    var two = begin("two", "subscriptions/listen", second);
    var call = begin("call", "tools/call", calling);
    await().until(() -> written.size() == 3);

    correlator.received(news("two"));
    correlator.received(Messages.notification("notifications/message", "{\"level\":\"info\"}"));
    correlator.received(news("three"));
    for (String id : List.of("one", "two", "call")) {
      correlator.received(Messages.result(id(id), "{}"));
    }
    assertThat(CompletableFuture.allOf(one, two, call)).succeedsWithin(Patience.LIMIT);
    assertThat(first.messages).isEmpty();
    assertThat(second.messages)
        .singleElement()
        .matches(m -> m.is("notifications/tools/list_changed"));
    assertThat(calling.messages).singleElement().matches(m -> m.is("notifications/message"));
    assertThat(heard.unsolicited).as("of a subscription that is no more").hasSize(1);
  }
}
