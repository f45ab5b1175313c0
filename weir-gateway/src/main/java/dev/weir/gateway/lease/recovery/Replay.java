package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Says to a new upstream session what the client has said to the one that is lost. The ids are the
 * gateway's own and the answers stay with it; what the server sends meanwhile is the client's.
 *
 * <p>The handshake takes as long as the wire lets it (start-timeout, response-timeout); what
 * follows it {@link #BOUND} in all. Belongs to the thread that recovers.
 */
final class Replay {
  static final Duration BOUND = Duration.ofSeconds(30);

  private final String upstream;
  private final Generation to;
  private final Consumer<Envelope> unasked;
  private final Duration bound;
  private final String ids = "\"weir-recovery-" + UUID.randomUUID() + "-";
  private final AtomicLong lastId = new AtomicLong();

  /**
   * How it went.
   *
   * @param sameServer whether the server calls itself what it did before
   * @param refused URIs of subscriptions that were refused
   */
  record Result(boolean sameServer, List<String> refused) {}

  /** The new server is not what the client has agreed with. */
  static final class IncompatibleException extends Exception {
    private static final long serialVersionUID = 1L;

    IncompatibleException(String message) {
      super(message);
    }
  }

  /**
   * @param unasked takes what the server sends before its answers
   * @param bound of all but the handshake
   */
  Replay(String upstream, Generation to, Consumer<Envelope> unasked, Duration bound) {
    this.upstream = upstream;
    this.to = to;
    this.unasked = unasked;
    this.bound = bound;
  }

  Result run(Recipe.Steps steps)
      throws UpstreamException, IOException, InterruptedException, IncompatibleException {
    Envelope result = say(steps.handshake().request());
    if (result.kind() != Envelope.Kind.RESULT) {
      throw new IncompatibleException("it now refuses initialize: " + result.member("message"));
    }
    compare(steps.handshake().result(), result);
    var settled = new AtomicBoolean();
    Thread watch = Thread.ofVirtual().name("recovery-deadline").start(() -> endLate(settled));
    try {
      List<String> refused = sayTheRest(steps);
      if (!settled.compareAndSet(false, true)) {
        throw new OutcomeUnknownException("upstream \"" + upstream + "\": took too long", null);
      }
      return new Result(sameServer(steps.handshake().result(), result), refused);
    } finally {
      watch.interrupt();
    }
  }

  private void compare(Envelope known, Envelope now) throws IncompatibleException {
    if (!Objects.equals(known.protocolVersion(), now.protocolVersion())) {
      throw new IncompatibleException(
          "it now speaks %s, and no longer %s"
              .formatted(now.protocolVersion(), known.protocolVersion()));
    }
    String missing = Capabilities.of(known).firstMissingIn(Capabilities.of(now));
    if (missing != null) {
      throw new IncompatibleException("it no longer has the capability " + missing);
    }
  }

  private List<String> sayTheRest(Recipe.Steps steps)
      throws UpstreamException, IOException, InterruptedException {
    Envelope initialized = steps.initialized();
    if (initialized != null) {
      to.conversation().send(initialized);
    }
    Envelope level = steps.level();
    if (level != null) {
      say(level);
    }
    List<String> refused = new ArrayList<>();
    for (Map.Entry<String, Envelope> subscription : steps.subscriptions().entrySet()) {
      if (say(subscription.getValue()).kind() != Envelope.Kind.RESULT) {
        refused.add(subscription.getKey());
      }
    }
    return refused;
  }

  private static boolean sameServer(Envelope known, Envelope now) {
    return Objects.equals(known.member("serverInfo"), now.member("serverInfo"));
  }

  private void endLate(AtomicBoolean settled) {
    try {
      Thread.sleep(bound);
    } catch (InterruptedException e) {
      return; // it was in time, or has failed
    }
    if (settled.compareAndSet(false, true)) {
      to.close();
    }
  }

  private Envelope say(Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    Envelope mine = request.withId(new RequestId(ids + lastId.incrementAndGet() + '"'));
    try (Answer answer = to.conversation().request(mine, new Meanwhile())) {
      Envelope response = answer instanceof Answer.Response said ? said.event().message() : null;
      if (response == null) {
        throw new OutcomeUnknownException(
            "upstream \"" + upstream + "\": no answer to " + request.method(), null);
      }
      return response;
    }
  }

  private final class Meanwhile implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      Envelope message = event.message();
      // The client's own request of this token was answered long ago.
      if (message != null && !message.is("notifications/progress")) {
        unasked.accept(message);
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // Others may wait for the same session.
    }
  }
}
