package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.answer;
import static dev.weir.mcp.internal.upstream.Fixture.id;
import static dev.weir.mcp.internal.upstream.Fixture.inBackground;
import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.kit.Patience;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class InProcessUpstreamTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> leave = new CompletableFuture<>();
  private volatile @Nullable Thread lingering;
  private final Fixture.Heard heard = new Fixture.Heard();
  private final UpstreamConnector connector = Transports.inProcess("demo", Server::new);

  @AfterEach
  void close() {
    connector.close();
  }

  @Test
  void aRequestIsAnsweredAfterItsNotifications() throws Exception {
    Events events = new Events();
    UpstreamTransport upstream = connector.open(heard);
    Answer answer = upstream.request(request(1, "tell", "{}"), events);
    assertThat(text(answer)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"ok\":1}}");
    assertThat(events.messages).hasSize(2);
    assertThat(events.threads).containsOnly(Thread.currentThread());
  }

  @Test
  void aQuestionIsHeardByItsRequestAndItsAnswerComesBySend() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    Events events = new Events();
    var call = inBackground(upstream, request("a", "ask", "{}"), events);
    await().until(() -> events.messages.size() == 1);
    Envelope question = message(events.messages.getFirst());
    upstream.send(Messages.result(requireNonNull(question.id()), "{\"said\":\"yes\"}"));
    assertThat(text(call.get(60, TimeUnit.SECONDS))).contains("yes");
  }

  @Test
  void aCancelEndsTheRequestAndInterruptsTheObject() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    var call = inBackground(upstream, request(1, "wait", "{}"), new Events());
    await().until(() -> seen.contains("waiting"));
    upstream.send(Messages.notification("notifications/cancelled", "{\"requestId\":1}"));
    assertThat(call.get(60, TimeUnit.SECONDS)).isInstanceOf(Answer.StreamEnded.class);
    await().until(() -> seen.contains("interrupted"));
    assertThat(seen).contains("notifications/cancelled");
    assertThat(answer(upstream, 1, "tell", "{}")).contains("ok");
  }

  @Test
  void whatACancelledRequestAnswersLateIsNotTheAnswerToTheNextOneOfItsId() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    var cancelled = inBackground(upstream, request(1, "linger", "{}"), new Events());
    await().until(() -> seen.contains("lingering"));
    upstream.send(Messages.notification("notifications/cancelled", "{\"requestId\":1}"));
    assertThat(cancelled.get(60, TimeUnit.SECONDS)).isInstanceOf(Answer.StreamEnded.class);
    Events events = new Events();
    var next = inBackground(upstream, request(1, "ask", "{}"), events);
    await().until(() -> events.messages.size() == 1);
    leave.complete(null);
    requireNonNull(lingering).join();
    assertThat(next).isNotDone();
    Envelope question = message(events.messages.getFirst());
    upstream.send(Messages.result(requireNonNull(question.id()), "{\"said\":\"yes\"}"));
    assertThat(text(next.get(60, TimeUnit.SECONDS))).contains("yes");
  }

  @Test
  void closingInterruptsWhatRunsAndClosesTheObjectOnce() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    var waits = inBackground(upstream, request(1, "wait", "{}"), new Events());
    Events events = new Events();
    var asks = inBackground(upstream, request(2, "ask", "{}"), events);
    await().until(() -> seen.contains("waiting") && !events.messages.isEmpty());
    upstream.close();
    upstream.close();
    for (var call : List.of(waits, asks)) {
      assertThat(call)
          .failsWithin(Patience.LIMIT)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(OutcomeUnknownException.class);
    }
    await().until(() -> seen.contains("interrupted"));
    assertThat(seen).containsOnlyOnce("closed");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> answer(upstream, 3, "tell", "{}"));
    assertThat(heard.ended).isNotDone();
  }

  @Test
  void anObjectThatThrowsOrTalksNonsenseAnswersWithAnError() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    assertThat(answer(upstream, 1, "throw", "{}")).contains("-32603").contains("no luck");
    assertThat(answer(upstream, 2, "nonsense", "{}")).contains("\"id\":2").contains("-32603");
    assertThat(answer(upstream, 3, "otherId", "{}")).contains("\"id\":3");
  }

  @Test
  void whatBelongsToTheConversationGoesToTheListener() throws Exception {
    UpstreamTransport upstream = connector.open(heard);
    assertThat(answer(upstream, 1, "broadcast", "{}")).contains("ok");
    assertThat(heard.unsolicited).hasSize(1);
  }

  @Test
  void anObjectThatRefusesAConversationIsUnavailable() {
    UpstreamConnector refusing =
        Transports.inProcess(
            "no",
            _ -> {
              throw new IllegalStateException("full");
            });
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .isThrownBy(() -> refusing.open(heard))
        .withMessageContaining("upstream \"no\"")
        .withMessageContaining("full");
  }

  private static Envelope message(String json) throws Exception {
    return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
  }

  private final class Server implements InProcessServer.Conversation {
    private final InProcessServer.Peer client;

    Server(InProcessServer.Peer client) {
      this.client = client;
    }

    @Override
    public Envelope request(Envelope request, InProcessServer.Peer call)
        throws InterruptedException {
      var id = requireNonNull(request.id());
      return switch (requireNonNull(request.method())) {
        case "tell" -> {
          call.notify("notifications/message", "{\"n\":1}");
          Thread.ofPlatform().start(() -> call.notify("notifications/message", null)).join();
          yield Messages.result(id, "{\"ok\":1}");
        }
        case "ask" ->
            Messages.result(id, "{\"heard\":" + call.ask("roots/list", "{}").member("said") + "}");
        case "wait" -> {
          seen.add("waiting");
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            seen.add("interrupted");
            throw e;
          }
          yield request;
        }
        case "linger" -> {
          lingering = Thread.currentThread();
          seen.add("lingering");
          leave.join(); // an interrupt does not end this
          yield Messages.result(id, "{}");
        }
        case "throw" -> throw new IllegalStateException("no luck");
        case "otherId" -> Messages.result(id("other"), "{}");
        case "broadcast" -> {
          client.notify("notifications/tools/list_changed", null);
          yield Messages.result(id, "{\"ok\":1}");
        }
        default -> request;
      };
    }

    @Override
    public void notification(Envelope notification) {
      seen.add(requireNonNull(notification.method()));
    }

    @Override
    public void close() {
      seen.add("closed");
    }
  }
}
