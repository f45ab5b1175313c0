package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A legacy conversation with an upstream that may turn out to speak the other era. It begins with
 * what the upstream is thought to speak, and if {@code initialize} shows that this was wrong, goes
 * on with the other, once. Later it can only be lost: then a new one begins with what is known by
 * then.
 *
 * <p>Thread-safe. {@code at} is replaced by the thread that initializes, which nothing overtakes;
 * {@link #close} sets {@code closed} and then ends what is in {@code at}, a replacement does the
 * same in the other order.
 */
final class EitherEraUpstream implements UpstreamTransport {
  private final EitherEraConnector connector;
  private final UpstreamListener listener;
  private volatile UpstreamTransport at;
  private volatile boolean closed;

  /**
   * @param bridged whether the upstream is known to refuse legacy clients
   */
  EitherEraUpstream(EitherEraConnector connector, UpstreamListener listener, boolean bridged)
      throws UpstreamException, InterruptedException {
    this.connector = connector;
    this.listener = listener;
    this.at = bridged ? connector.bridge(listener) : connector.openLegacy(listener);
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (!request.is("initialize")) {
      try {
        return at.request(request, exchange);
      } catch (UpstreamRejectedException e) {
        throw judged(e);
      }
    }
    return at instanceof LegacyOverModern
        ? initializeBridged(request, exchange)
        : initializeLegacy(request, exchange);
  }

  private Answer initializeLegacy(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    try {
      Answer answer = at.request(request, exchange);
      Envelope error = error(answer);
      if (error == null || !connector.isModernOnly(error)) {
        return answer;
      }
      answer.close();
    } catch (UpstreamRejectedException e) {
      if (ModernErrors.saysNothing(e.status()) || !connector.isModernOnly(ModernErrors.in(e))) {
        throw e;
      }
    }
    goOnWith(connector.bridge(listener));
    return at.request(request, exchange);
  }

  private static @Nullable Envelope error(Answer answer) {
    Envelope message =
        answer instanceof Answer.Response response ? response.event().message() : null;
    return message != null && message.kind() == Envelope.Kind.ERROR ? message : null;
  }

  private Answer initializeBridged(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    try {
      return at.request(request, exchange);
    } catch (UpstreamSessionLostException e) {
      goOnWith(connector.openLegacy(listener));
      return at.request(request, exchange);
    }
  }

  private void goOnWith(UpstreamTransport other) {
    UpstreamTransport before = at;
    at = other;
    before.close();
    if (closed) {
      other.close();
    }
  }

  /** A session that is refused with words of the modern era is no session any more. */
  private UpstreamException judged(UpstreamRejectedException refusal) {
    if (at instanceof LegacyOverModern || !ModernErrors.isModern(ModernErrors.in(refusal))) {
      return refusal;
    }
    connector.legacyContradicted();
    return new UpstreamSessionLostException(
        refusal.getMessage() + ": the upstream no longer speaks the protocol of this session",
        refusal);
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    try {
      at.send(message);
    } catch (UpstreamRejectedException e) {
      throw judged(e);
    }
  }

  @Override
  public boolean hasStreams() {
    return at.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    at.listen(lastEventId, sink);
  }

  @Override
  public String describe() {
    return at.describe();
  }

  @Override
  public boolean isInSession() {
    return at.isInSession();
  }

  @Override
  public long memory() {
    return at.memory();
  }

  @Override
  public void close() {
    closed = true;
    at.close();
  }
}
