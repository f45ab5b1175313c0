package dev.weir.gateway.upstream;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Trace;
import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of the gateway with an upstream: the wire, and the count of what went over it.
 */
public final class UpstreamSession implements Conversation {
  private final Upstream upstream;
  private final UpstreamTransport transport;
  private final Supplier<List<String>> clients;
  private final long openedAt = System.nanoTime();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean begun;
  private volatile long begunAt = openedAt;

  /**
   * @param clients the public names of the client sessions that it serves
   */
  UpstreamSession(Upstream upstream, UpstreamTransport transport, Supplier<List<String>> clients) {
    this.upstream = upstream;
    this.transport = transport;
    this.clients = clients;
  }

  /** One that serves a single request, and counts as no session. */
  static UpstreamSession forOneRequest(Upstream upstream, UpstreamTransport transport) {
    var session = new UpstreamSession(upstream, transport, List::of);
    session.begun = true;
    return session;
  }

  /** From now on it serves somebody: see {@link Upstream#prepare}. */
  public void begin() {
    begunAt = System.nanoTime();
    begun = true;
    upstream.begun(this);
  }

  /** See {@link UpstreamTransport#memory}. */
  public long memory() {
    return transport.memory();
  }

  /** See {@link UpstreamTransport#isInSession}. */
  public boolean isInSession() {
    return transport.isInSession();
  }

  public Upstream upstream() {
    return upstream;
  }

  /** Facts for people: process id, negotiated version. No secrets. */
  public String describe() {
    return transport.describe();
  }

  /** The public names of the client sessions that it serves. */
  public List<String> clients() {
    return clients.get();
  }

  /** How long ago it was opened, for a client or before there was one. */
  public Duration age() {
    return Duration.ofNanos(System.nanoTime() - openedAt);
  }

  /** For how long it has been serving somebody. */
  public Duration inUse() {
    return Duration.ofNanos(System.nanoTime() - begunAt);
  }

  /** Requests that it was handed, those in flight included. */
  public long requests() {
    return requests.get();
  }

  /** Requests that are not answered yet. */
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    requests.incrementAndGet();
    inFlight.incrementAndGet();
    try {
      Trace.Leg leg = Trail.trace().leg(request, upstream.name(), upstream.kind());
      return upstream
          .stats()
          .measure(request, begun, leg, () -> transport.request(leg.outward(request), exchange));
    } finally {
      inFlight.decrementAndGet();
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    transport.send(message);
  }

  @Override
  public boolean hasStreams() {
    return transport.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    transport.listen(lastEventId, sink);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        transport.close();
      } finally {
        upstream.closed(this);
      }
    }
  }
}
