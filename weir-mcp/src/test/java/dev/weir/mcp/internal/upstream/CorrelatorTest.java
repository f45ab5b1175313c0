package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CorrelatorTest {
  private final Fixture.Heard heard = new Fixture.Heard();
  private final CompletableFuture<Void> letWritesThrough = new CompletableFuture<>();
  private final AtomicInteger written = new AtomicInteger();

  @Test
  void aSlowClientSlowsTheReaderForABoundedTimeAndThenFailsAlone() throws Exception {
    Correlator correlator = correlator(this::taken, Duration.ofMillis(100));
    CountDownLatch stuck = new CountDownLatch(1);
    var slow = inBackground(correlator, "slow", new Stuck(stuck));
    var other = inBackground(correlator, "other", new Events());
    awaitWritten(2);

    Envelope progress = progressFor("slow");
    for (int n = 0; n < Mailbox.MAX_MESSAGES + 100; n++) correlator.received(progress);
    correlator.received(Messages.result(Fixture.id("other"), "{}"));
    assertThat(other).succeedsWithin(Patience.LIMIT);

    stuck.countDown();
    assertThat(slow)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class)
        .withMessageContaining("its client took too long");
    correlator.received(Messages.result(Fixture.id("slow"), "{}"));
    assertThat(correlator.inFlight()).isZero();
    assertThat(heard.unsolicited).isEmpty();
  }

  @Test
  void aClientThatKeepsUpNeverOverflows() throws Exception {
    Correlator correlator = correlator(this::taken, Patience.LIMIT);
    Counting events = new Counting(new AtomicInteger());
    var call = inBackground(correlator, "quick", events);
    awaitWritten(1);
    for (int n = 0; n < 20_000; n++) correlator.received(progressFor("quick"));
    correlator.received(Messages.result(Fixture.id("quick"), "{}"));
    assertThat(call).succeedsWithin(Patience.LIMIT).isInstanceOf(Answer.Response.class);
    assertThat(events.count).hasValue(20_000);
  }

  @Test
  void whatCameBeforeTheEndIsPassedBeforeTheFailure() throws Exception {
    Correlator correlator = correlator(this::taken, Patience.LIMIT);
    Events events = new Events();
    var call = inBackground(correlator, "q", events);
    awaitWritten(1);
    correlator.received(progressFor("q"));
    correlator.end(new Correlator.Ending("it broke", new IOException("x"), false));
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class);
    assertThat(events.messages).hasSize(1);
    assertThat(heard.ended).isCompletedWithValueMatching(cause -> cause instanceof IOException);
  }

  @Test
  void aWriteThatFailsIsSurelyNotProcessed() {
    Correlator correlator =
        correlator(
            _ -> {
              throw new IOException("broken pipe");
            },
            Patience.LIMIT);
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> correlator.request(request("a", "m", "{}"), new Events()))
        .withMessage("upstream \"u\", m \"a\": the upstream takes no more input; not sent");
    assertThat(correlator.inFlight()).isZero();
  }

  @Test
  void anEndDuringAWriteIsDecidedByTheWrite() throws Exception {
    Correlator correlator = correlator(this::whenLetThrough, Patience.LIMIT);
    var call = inBackground(correlator, "a", new Events());
    awaitWritten(1);
    correlator.end(new Correlator.Ending("it broke", null, false));
    letWritesThrough.complete(null);
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void anExchangeThatFailsEndsItsRequestAlone() throws Exception {
    Correlator correlator = correlator(this::taken, Patience.LIMIT);
    var call = inBackground(correlator, "gone", new Gone());
    awaitWritten(1);
    correlator.received(progressFor("gone"));
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("client is gone");
    assertThat(correlator.inFlight()).isZero();
    correlator.received(Messages.result(Fixture.id("gone"), "{}"));
    assertThat(correlator.late()).isEqualTo(1);
  }

  /** The server's answer to a cancel may be read before the write of the cancel has returned. */
  @Test
  void whatTheUpstreamSaysBecauseOfACancelIsNobodysHoweverSoonItComes() throws Exception {
    AtomicReference<Correlator> self = new AtomicReference<>();
    Envelope reply = Messages.notification("notifications/message", "{\"data\":\"cancelled a\"}");
    Correlator correlator =
        correlator(
            message -> {
              if (message.cancelledId() != null) self.get().received(reply);
              return taken(message);
            },
            Patience.LIMIT);
    self.set(correlator);
    Events events = new Events();
    var call = inBackground(correlator, "a", events);
    awaitWritten(1);
    correlator.send(Messages.notification("notifications/cancelled", "{\"requestId\":\"a\"}"));
    assertThat(call).succeedsWithin(Patience.LIMIT).isInstanceOf(Answer.StreamEnded.class);
    assertThat(heard.unsolicited).hasSize(1);
    assertThat(events.messages).isEmpty();
  }

  private long taken(Envelope message) {
    written.incrementAndGet();
    return 0;
  }

  private long whenLetThrough(Envelope message) {
    written.incrementAndGet();
    letWritesThrough.join();
    return message.size();
  }

  private Correlator correlator(Correlator.Wire wire, Duration patience) {
    return new Correlator("u", heard, wire, patience, Era.LEGACY);
  }

  /** In flight is too early: a request is that before its token is known and its write begins. */
  private void awaitWritten(int requests) {
    await().until(() -> written.get() == requests);
  }

  private static Envelope progressFor(String token) {
    return Messages.notification(
        "notifications/progress", "{\"progressToken\":\"" + token + "\",\"progress\":1}");
  }

  private static CompletableFuture<Answer> inBackground(
      Correlator correlator, String id, Answer.Exchange exchange) {
    String params = "{\"_meta\":{\"progressToken\":\"" + id + "\"}}";
    var done = new CompletableFuture<Answer>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(correlator.request(request(id, "m", params), exchange));
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private record Stuck(CountDownLatch until) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      try {
        until.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  private record Counting(AtomicInteger count) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      count.incrementAndGet();
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  private record Gone() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      throw new IOException("client is gone");
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }
}
