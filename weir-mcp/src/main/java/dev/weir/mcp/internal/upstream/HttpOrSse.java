package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A conversation whose wire its initialize finds out (2025-11-25, Transports, "Backwards
 * Compatibility"): Streamable HTTP, or, where the post of initialize is answered with 400, 404 or
 * 405, HTTP+SSE, if a stream can be opened that names an endpoint. No other answer says anything
 * about the wire.
 *
 * <p>States: choosing → chosen → closed, or choosing → closed. Choosing is guarded by a lock, held
 * until initialize is answered; {@code chosen} is set once. Whoever tries a wire says so in {@code
 * trying}, then looks at {@code closed}; closing sets that, then ends what is tried and what is
 * chosen: one of them sees the other.
 */
final class HttpOrSse implements UpstreamTransport {
  private final HttpOrSseConnector wires;
  private final UpstreamListener listener;
  private final ReentrantLock choosing = new ReentrantLock();
  private volatile @Nullable UpstreamTransport trying;
  private volatile @Nullable UpstreamTransport chosen;
  private volatile boolean closed;

  HttpOrSse(HttpOrSseConnector wires, UpstreamListener listener) {
    this.wires = wires;
    this.listener = listener;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    UpstreamTransport wire = chosen;
    if (wire == null) {
      choosing.lockInterruptibly();
      try {
        wire = chosen;
        if (wire == null) {
          return choose(request, exchange);
        }
      } finally {
        choosing.unlock();
      }
    }
    return wire.request(request, exchange);
  }

  private Answer choose(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (wires.isOld()) {
      try {
        chosen = tried(wires.sse().open(listener));
      } catch (UpstreamRejectedException | NoEndpointException e) {
        wires.foundOld(false); // it was renewed
      }
    }
    UpstreamTransport old = chosen;
    return old == null ? tryStreamable(request, exchange) : old.request(request, exchange);
  }

  private Answer tryStreamable(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    UpstreamTransport streamable = tried(wires.streamable().open(listener));
    try {
      Answer answer = streamable.request(request, exchange);
      chosen = streamable;
      wires.foundOld(false);
      return answer;
    } catch (UpstreamRejectedException refusal) {
      if (!request.is("initialize") || !mayBeOld(refusal.status())) {
        throw refusal;
      }
      return openOld(refusal).request(request, exchange);
    } finally {
      if (chosen != streamable) {
        streamable.close();
      }
    }
  }

  private static boolean mayBeOld(int status) {
    return status == 400 || status == 404 || status == 405;
  }

  /** What the server said to initialize stands, unless it does speak the old transport. */
  private UpstreamTransport openOld(UpstreamRejectedException refusal)
      throws UpstreamException, InterruptedException {
    try {
      UpstreamTransport old = tried(wires.sse().open(listener));
      wires.foundOld(true);
      chosen = old;
      return old;
    } catch (UpstreamException e) {
      refusal.addSuppressed(e);
      throw refusal;
    }
  }

  private UpstreamTransport tried(UpstreamTransport wire) throws UpstreamUnavailableException {
    trying = wire;
    if (closed) {
      wire.close();
      throw new UpstreamUnavailableException("this conversation is closed", null);
    }
    return wire;
  }

  private UpstreamTransport wire() throws UpstreamSessionLostException {
    UpstreamTransport wire = chosen;
    if (wire == null) {
      throw new UpstreamSessionLostException("the session has not been initialized", null);
    }
    return wire;
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    wire().send(message);
  }

  /** As far as is known. */
  @Override
  public boolean hasStreams() {
    UpstreamTransport wire = chosen;
    return wire == null ? !wires.isOld() : wire.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    wire().listen(lastEventId, sink);
  }

  @Override
  public boolean isInSession() {
    UpstreamTransport wire = chosen;
    return wire == null || wire.isInSession();
  }

  @Override
  public String describe() {
    UpstreamTransport wire = chosen;
    return wire == null ? "HTTP, not initialized" : wire.describe();
  }

  @Override
  public void close() {
    closed = true;
    UpstreamTransport tried = trying;
    if (tried != null) {
      tried.close();
    }
    UpstreamTransport wire = chosen;
    if (wire != null) {
      wire.close();
    }
  }
}
