package dev.weir.gateway.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One conversation with an upstream that has endpoints: it looks for one with its first request,
 * and stays at the one that answered.
 *
 * <p><b>States.</b> Looking → at home → closed, or looking → closed. Looking is guarded by a lock,
 * held until the first request is answered: what comes meanwhile belongs behind it. {@code home} is
 * set once, and from then on nothing is locked. Whoever tries an endpoint says so in {@code trying}
 * and then looks at {@code closed}; {@link #close} sets {@code closed} and then ends what is in
 * {@code home} and {@code trying}: one of them sees the other.
 *
 * <p><b>What may be tried elsewhere</b>, each endpoint once: what was surely not processed; and an
 * {@code initialize} that an endpoint failed to answer, since all it can have left behind is a
 * session that nobody will use. Nothing of which its client has seen a part.
 *
 * <p><b>At home for good</b>, also while the endpoint is ejected, for as long as it answers. When
 * it cannot be reached any more, is ejected, and others are not, the session is lost, and its
 * client is told so rather than to try again.
 */
final class EndpointConversation implements UpstreamTransport {
  /** A server answers initialize at once; who leaves after that long was given no answer. */
  private static final Duration LONG_FOR_AN_OPENING = Duration.ofSeconds(5);

  private final EndpointSet endpoints;
  private final Opening opening;
  private final boolean hasStreams;
  private final UpstreamListener listener;
  private final long number;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile @Nullable Stay trying;
  private volatile @Nullable Stay home;
  private volatile boolean closed;

  /** Opens the conversation at an endpoint: of which era, says who began. */
  interface Opening {
    UpstreamTransport at(UpstreamConnector endpoint, UpstreamListener listener)
        throws UpstreamException, InterruptedException;
  }

  /**
   * @param hasStreams whether its wire has, see {@link UpstreamTransport#hasStreams}
   * @param number tells it from the others of its upstream
   */
  EndpointConversation(
      EndpointSet endpoints,
      Opening opening,
      boolean hasStreams,
      UpstreamListener listener,
      long number) {
    this.endpoints = endpoints;
    this.opening = opening;
    this.hasStreams = hasStreams;
    this.listener = listener;
    this.number = number;
  }

  /** A session that is counted at an endpoint, and its wire. */
  private static final class Stay {
    private final Endpoint endpoint;
    private final UpstreamTransport transport;
    private final AtomicBoolean left = new AtomicBoolean();

    Stay(Endpoint endpoint, UpstreamTransport transport) {
      this.endpoint = endpoint;
      this.transport = transport;
    }

    void leave() {
      if (left.compareAndSet(false, true)) {
        try {
          transport.close();
        } finally {
          endpoint.sessionEnds();
        }
      }
    }
  }

  /** As the wire at home has; until then as said when it was begun. */
  @Override
  public boolean hasStreams() {
    Stay stay = home;
    return stay == null ? hasStreams : stay.transport.hasStreams();
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (home == null) {
      looking.lockInterruptibly();
      try {
        if (home == null) {
          return settle(request, new Watched(exchange));
        }
      } finally {
        looking.unlock();
      }
    }
    Stay stay = home();
    stay.endpoint.callBegins();
    try {
      Answer answer = stay.transport.request(request, exchange);
      if (answer instanceof Answer.Response) {
        stay.endpoint.ejection().answered(false);
      }
      return answer;
    } catch (UpstreamException e) {
      throw judged(stay, e);
    } finally {
      stay.endpoint.callEnds();
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    Stay stay = home();
    try {
      stay.transport.send(message);
      stay.endpoint.ejection().answered(false);
    } catch (UpstreamException e) {
      throw judged(stay, e);
    }
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    Stay stay = home();
    try {
      stay.transport.listen(lastEventId, sink);
    } catch (UpstreamException e) {
      throw judged(stay, e);
    }
  }

  private Stay home() throws UpstreamSessionLostException {
    Stay stay = home;
    if (stay == null) {
      throw new UpstreamSessionLostException(
          "upstream \"" + endpoints.upstream() + "\": the session has not been initialized", null);
    }
    return stay;
  }

  /** Notes what a failure at home says, and returns what the client is to be told. */
  private UpstreamException judged(Stay stay, UpstreamException e) {
    Verdict verdict = closed ? Verdict.NOTHING : Verdict.of(e);
    if (verdict == Verdict.ANSWERED) {
      stay.endpoint.ejection().answered(false);
    } else if (verdict.isBad()) {
      endpoints.failed(stay.endpoint, verdict, false, number, e);
    }
    return verdict == Verdict.UNREACHABLE && endpoints.isLost(stay.endpoint)
        ? new UpstreamSessionLostException(
            e.getMessage() + "; the session is lost with its endpoint, others are there", e)
        : e;
  }

  /** Looks for an endpoint, with the lock held. */
  private Answer settle(Envelope request, Watched exchange)
      throws UpstreamException, IOException, InterruptedException {
    Map<Endpoint, UpstreamException> failed = new LinkedHashMap<>();
    while (true) {
      EndpointSet.Choice choice = endpoints.choose(failed.keySet());
      if (choice == null) {
        throw nowhere(request, failed);
      }
      try {
        return tryAt(choice, request, exchange);
      } catch (UpstreamException e) {
        failed.put(choice.endpoint(), e);
        if (!mayMove(request, exchange, e)) {
          throw e;
        }
      }
    }
  }

  private boolean mayMove(Envelope request, Watched exchange, UpstreamException e) {
    boolean repeatable = request.is("initialize") && Verdict.of(e).isBad();
    return !closed
        && !exchange.hasPassed
        && (repeatable || e instanceof UpstreamUnavailableException);
  }

  private Answer tryAt(EndpointSet.Choice choice, Envelope request, Watched exchange)
      throws UpstreamException, IOException, InterruptedException {
    Endpoint endpoint = choice.endpoint();
    OutlierEjection.Probe probe = choice.probe();
    Stay stay = null;
    endpoint.callBegins();
    try {
      stay = new Stay(endpoint, opening.at(endpoint.connector(), new Hearing()));
      trying = stay;
      if (closed) {
        throw new UpstreamUnavailableException(
            "upstream \"" + endpoints.upstream() + "\": this conversation is closed", null);
      }
      long begun = endpoints.nanoTime();
      Answer answer = stay.transport.request(request, exchange);
      if (answer instanceof Answer.Response) {
        endpoints.opened(endpoint);
      } else {
        noteUnanswered(choice, request, endpoints.nanoTime() - begun);
      }
      home = stay;
      return answer;
    } catch (UpstreamException e) {
      noteFailure(choice, e);
      throw e;
    } finally {
      endpoint.callEnds();
      if (probe != null) {
        probe.giveUp();
      }
      if (stay == null) {
        endpoint.sessionEnds();
      } else if (home == null) {
        stay.leave();
      }
    }
  }

  /**
   * Hears what belongs to no request. The end of a wire that was only tried is the end of that try
   * alone.
   */
  private final class Hearing implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {
      listener.unsolicited(message);
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      if (home != null) {
        listener.ended(cause);
      }
    }
  }

  private void noteFailure(EndpointSet.Choice choice, UpstreamException e) {
    Verdict verdict = closed ? Verdict.NOTHING : Verdict.of(e);
    if (verdict == Verdict.ANSWERED) {
      endpoints.opened(choice.endpoint());
    } else if (verdict.isBad()) {
      noteBad(choice, verdict, e);
    }
  }

  private void noteBad(EndpointSet.Choice choice, Verdict verdict, UpstreamException e) {
    if (choice.probe() != null) {
      endpoints.probeFailed(choice.endpoint(), choice.probe(), e);
    } else {
      endpoints.failed(choice.endpoint(), verdict, true, number, e);
    }
  }

  /**
   * The client has left. An endpoint that takes requests and never answers would else be found out
   * only by the few whose clients wait longer than {@code response-timeout}.
   */
  private void noteUnanswered(EndpointSet.Choice choice, Envelope request, long nanos) {
    if (request.is("initialize") && !closed && nanos >= LONG_FOR_AN_OPENING.toNanos()) {
      String text =
          "upstream \"%s\" at %s: no answer to initialize within %d s, when its client left"
              .formatted(
                  endpoints.upstream(),
                  choice.endpoint().place(),
                  Duration.ofNanos(nanos).toSeconds());
      noteBad(choice, Verdict.FAILED, new UpstreamUnavailableException(text, null));
    }
  }

  /** With one endpoint there is nothing to add to what it said. */
  private UpstreamException nowhere(Envelope request, Map<Endpoint, UpstreamException> failed) {
    if (failed.size() == 1) {
      return failed.values().iterator().next();
    }
    RequestId id = request.id();
    String each =
        failed.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + reason(entry.getValue()))
            .collect(Collectors.joining("; "));
    var nowhere =
        new UpstreamUnavailableException(
            "upstream \"%s\", %s%s: none of its %d endpoints took it: %s"
                .formatted(
                    endpoints.upstream(),
                    request.method(),
                    id == null ? "" : " " + id,
                    failed.size(),
                    each),
            null);
    failed.values().forEach(nowhere::addSuppressed);
    return nowhere;
  }

  /** The first cause: what leads there names the endpoint again and again. */
  private static String reason(UpstreamException e) {
    if (e instanceof UpstreamRejectedException rejected) {
      return "HTTP " + rejected.status();
    }
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first.getMessage() == null ? first.getClass().getSimpleName() : first.getMessage();
  }

  @Override
  public String describe() {
    Stay stay = home;
    return stay == null ? "HTTP, at no endpoint yet" : stay.transport.describe();
  }

  @Override
  public void close() {
    closed = true;
    Stay tried = trying;
    if (tried != null) {
      tried.leave();
    }
    Stay stay = home;
    if (stay != null) {
      stay.leave();
    }
  }

  /** Notices whether its client has been given anything. Belongs to the requesting thread. */
  private static final class Watched implements Answer.Exchange {
    private final Answer.Exchange client;
    private boolean hasPassed;

    Watched(Answer.Exchange client) {
      this.client = client;
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      hasPassed = true;
      client.event(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      client.whenClientLeaves(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return client.protocolVersion(agreed);
    }

    @Override
    public @Nullable Map<String, String> mirrored() {
      return client.mirrored();
    }
  }
}
