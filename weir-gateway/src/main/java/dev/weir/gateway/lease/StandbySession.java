package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.lease.Greetings.Greeting;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An upstream session that has never served anybody.
 *
 * <p>States: started → greeted (the usual initialize was answered; what follows it, {@code
 * notifications/initialized}, stays the client's to say, so the server asks nothing of a client
 * that is not there) → served, from either, once and for good. Belongs to one thread at a time: to
 * the pool's that opened it, then to the client's.
 */
final class StandbySession {
  private final UpstreamSession session;
  private final LateOutlet outlet;
  private final SpawnGovernor.Turn turn;
  private final StandbySize size;
  private final Duration startTimeout;
  private final long startedAt = System.nanoTime();
  private @Nullable Greeting greeting;
  private @Nullable Envelope answer;

  StandbySession(
      UpstreamSession session,
      LateOutlet outlet,
      SpawnGovernor.Turn turn,
      StandbySize size,
      Duration startTimeout) {
    this.session = session;
    this.outlet = outlet;
    this.turn = turn;
    this.size = size;
    this.startTimeout = startTimeout;
  }

  UpstreamSession session() {
    return session;
  }

  boolean hasEnded() {
    return outlet.hasEnded();
  }

  /** Whether this was said to it and answered, and nothing else. */
  boolean wasGreeted(@Nullable Greeting said) {
    return greeting != null && greeting.equals(said);
  }

  /** The server's answer to its greeting; null when it has none. */
  @Nullable Envelope answer() {
    return answer;
  }

  /** The turn of a start that nobody talks to ends by itself, when it should be over. */
  void letStart(Duration usualTime) {
    Thread.ofVirtual()
        .name("standby-start")
        .start(
            () -> {
              try {
                Thread.sleep(usualTime);
              } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread.
              }
              turn.end();
            });
  }

  /** Says the usual. */
  void greet(Greeting usual) throws UpstreamException, IOException, InterruptedException {
    try (Answer said = initialize(usual.message(), new Nobody())) {
      if (said instanceof Answer.Response response
          && response.event().message() instanceof Envelope message
          && message.kind() == Envelope.Kind.RESULT) {
        greeting = usual;
        answer = message;
      } else {
        throw new UpstreamUnavailableException(
            "upstream \"" + session.upstream().name() + "\": refused initialize", null);
      }
    }
  }

  /**
   * Passes an initialize on, and learns how long the start took if that was still under way. Ends
   * the session when the answer takes too long.
   */
  Answer initialize(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    boolean starts = turn.isUnderWay();
    var late = new AtomicBoolean();
    Thread watch = Thread.ofVirtual().name("standby-deadline").start(() -> endLate(late));
    try {
      Answer said = session.request(request, exchange);
      if (starts) {
        size.started(Duration.ofNanos(System.nanoTime() - startedAt));
      } else {
        size.answered();
      }
      return said;
    } catch (UpstreamException e) {
      throw late.get() ? tooLate(e) : e;
    } finally {
      watch.interrupt();
      turn.end();
    }
  }

  private void endLate(AtomicBoolean late) {
    try {
      Thread.sleep(startTimeout);
    } catch (InterruptedException e) {
      return; // it has answered
    }
    late.set(true);
    session.close();
  }

  private UpstreamUnavailableException tooLate(UpstreamException cause) {
    return new UpstreamUnavailableException(
        "upstream \"%s\": the process did not answer initialize within %d s and was ended (%s); see start-timeout"
            .formatted(session.upstream().name(), startTimeout.toSeconds(), cause.getMessage()),
        cause);
  }

  /** Makes it this client's. */
  UpstreamSession serve(ClientOutlet client) {
    session.begin();
    outlet.lead(client);
    return session;
  }

  void close() {
    try {
      session.close();
    } finally {
      turn.end();
    }
  }

  /** Takes what comes before an answer when there is no client. */
  private record Nobody() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // Progress of an initialize: nobody asked for it.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // There is none.
    }
  }
}
