package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpCall;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpReply;
import dev.weir.http.HttpRequest;
import dev.weir.http.HttpRequest.Use;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over Streamable HTTP, versions 2025-03-26 to 2025-11-25: each message is a POST of
 * its own, and the session is a header field.
 *
 * <p><b>Who holds which connection.</b> A request leases one of the origin's P pooled connections
 * until its response has come. The standing stream has a connection of its own. Two rules keep P
 * calls that wait for their clients from waiting for each other: a connection whose call has
 * brought a request of the server (sampling, elicitation, roots) leaves the pool before that
 * request is passed on, since it now waits for a person; and what such calls wait for, the client's
 * answers and cancellations, takes a connection of its own when none is ready.
 *
 * <p><b>What a failure means</b> is told by how far the request came: not a byte written is {@link
 * UpstreamUnavailableException}; written and lost is {@link OutcomeUnknownException}; a stream that
 * has given event ids and then ends, however it ends, is {@link Answer.StreamEnded}, because its
 * client can ask for the rest. A request that was given up ends in that way too. Only requests that
 * change nothing are ever sent twice, see {@link Envelope#isRepeatable}.
 *
 * <p><b>A client that leaves</b> is mirrored by closing the upstream's connection. That is no
 * cancellation: a server with an event store goes on, and the client may come back with its last
 * event id.
 *
 * <p><b>Threads.</b> A request is written and read by the thread that asked. Others only abort:
 * {@link #close}, the client that leaves, and the grace after a cancellation. {@code session} is an
 * immutable value, replaced by the thread that reads the initialize response. No request outlives
 * its conversation, see {@link Flights}.
 */
public final class HttpUpstream implements UpstreamTransport {
  private static final String SESSION = "Mcp-Session-Id";

  private final HttpUpstreamOptions options;
  private final Semaphore goodbyes;
  private final Consumer<HttpUpstream> onClose;
  private final Flights flights;

  private final ConcurrentMap<RequestId, InFlight> requests = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile CountDownLatch standing = new CountDownLatch(0);
  private volatile Session session = new Session(null, null, false);

  /**
   * What the initialize response has settled.
   *
   * @param id names the session; a secret
   * @param version as negotiated
   * @param lost whether the upstream has forgotten it
   */
  private record Session(@Nullable String id, @Nullable String version, boolean lost) {}

  /**
   * @param goodbyes shared by all conversations of an upstream: how many may end their session at a
   *     time
   */
  HttpUpstream(
      HttpUpstreamOptions options,
      HttpConnections connections,
      Semaphore goodbyes,
      Consumer<HttpUpstream> onClose) {
    this.options = options;
    this.goodbyes = goodbyes;
    this.onClose = onClose;
    this.flights = new Flights(options, connections, true);
  }

  @Override
  public boolean hasStreams() {
    return true;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    String what = flights.what(request);
    awaitStandingStream();
    HttpRequest post = post(request, Use.POOLED, exchange.protocolVersion(session.version()));
    InFlight flight = flights.begin(request.isRepeatable() ? post.repeatable() : post, what);
    RequestId id = request.id();
    if (id != null) {
      requests.put(id, flight);
    }
    HttpReply reply = null;
    Answer answer = null;
    try {
      exchange.whenClientLeaves(flight::clientLeft);
      reply = flights.send(flight, what);
      learnSession(request, reply, what);
      refuseUnlessAccepted(reply, what, post);
      answer =
          switch (HttpAnswer.mediaType(reply)) {
            case "application/json" -> flights.reader(reply, flight, what).body(request, exchange);
            case "text/event-stream" ->
                flights.reader(reply, flight, what).stream(
                    request, exchange, flights.giveBack(flight, reply));
            default -> throw Flights.notAnAnswer(reply, what);
          };
      learnVersion(request, answer);
      return answer;
    } catch (CallGivenUp e) {
      return new Answer.StreamEnded();
    } finally {
      if (id != null) {
        requests.remove(id, flight);
      }
      boolean streams =
          answer instanceof Answer.Response(var event, var streamed, var back) && streamed;
      if (!streams) {
        flights.end(flight, reply);
      }
    }
  }

  /**
   * A client that opens its standing stream and then calls has them arrive in that order when it
   * speaks to the server itself. Here the stream takes a connection of its own, and the call would
   * overtake it; a server that asks on the standing stream (the official TypeScript SDK does) would
   * lose its question. So a call waits for a stream that is being opened, but never for long: some
   * servers send no head before the first event.
   */
  private void awaitStandingStream() throws InterruptedException {
    if (standing.getCount() > 0) {
      boolean opened = standing.await(options.streamPatience().toMillis(), TimeUnit.MILLISECONDS);
      if (!opened) {
        standing.countDown();
      }
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    boolean isCancelled = message.is("notifications/cancelled");
    String what = flights.what(message);
    Use use = message.isResponse() || isCancelled ? Use.URGENT : Use.POOLED;
    HttpRequest post = post(message, use, session.version());
    InFlight flight = flights.begin(post, what);
    HttpReply reply = null;
    try {
      reply = flights.send(flight, what);
      refuseUnlessAccepted(reply, what, post);
      reply.drain(Flights.MAX_ACKNOWLEDGEMENT, options.drainTimeout());
    } catch (CallGivenUp e) {
      throw new IllegalStateException("nobody gives up a notification", e);
    } finally {
      flights.end(flight, reply);
    }
    RequestId cancelled = message.cancelledId();
    InFlight named = isCancelled && cancelled != null ? requests.get(cancelled) : null;
    if (named != null) {
      named.cancelled(options.cancelGrace());
    }
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    String what = options + ", standing stream";
    Map<String, String> headers =
        headers("text/event-stream", true, sink.protocolVersion(session.version()));
    if (lastEventId != null) {
      headers.put("Last-Event-ID", lastEventId);
    }
    HttpRequest get = HttpRequest.of("GET", flights.target(), headers, null).with(Use.STREAM);
    var opening = new CountDownLatch(1);
    HttpReply reply = null;
    InFlight flight = flights.begin(get, what);
    standing = opening;
    try {
      sink.whenClientLeaves(flight::clientLeft);
      reply = flights.send(flight, what);
      refuseUnlessAccepted(reply, what, get);
      if (!HttpAnswer.mediaType(reply).equals("text/event-stream")) {
        throw Flights.notAnAnswer(reply, what);
      }
      opening.countDown();
      sink.opened();
      flights.reader(reply, flight, what).standing(sink);
    } catch (CallGivenUp e) {
      // Its client has left: there is nobody to tell.
    } finally {
      opening.countDown();
      flights.end(flight, reply);
    }
  }

  @Override
  public boolean isInSession() {
    return session.id() != null;
  }

  @Override
  public String describe() {
    Session now = session;
    return "streamable HTTP, "
        + options.place()
        + (now.id() == null ? ", no session" : now.lost() ? ", session lost" : ", in a session")
        + (now.version() == null ? "" : ", version " + now.version());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    onClose.accept(this);
    flights.close();
    Session last = session;
    if (last.id() != null && !last.lost() && mayEndSession()) {
      try {
        endSession();
      } finally {
        goodbyes.release();
      }
    }
  }

  /** When many sessions end at once, they must not take a connection each. */
  private boolean mayEndSession() {
    try {
      return goodbyes.tryAcquire(options.closeTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void endSession() {
    HttpRequest delete =
        HttpRequest.of(
                "DELETE",
                flights.target(),
                headers("application/json", true, session.version()),
                null)
            .with(Use.URGENT);
    HttpCall call = flights.call(delete);
    Thread ending =
        Thread.ofVirtual()
            .name("weir-delete")
            .start(
                () -> {
                  try (HttpReply reply = call.send()) {
                    reply.drain(Flights.MAX_ACKNOWLEDGEMENT, options.closeTimeout());
                  } catch (IOException | InterruptedException e) {
                    // The upstream lets its sessions expire; most clients never say goodbye.
                  }
                });
    try {
      ending.join(options.closeTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      call.abort();
    }
  }

  private void refuseUnlessAccepted(HttpReply reply, String what, HttpRequest request)
      throws UpstreamException {
    if (reply.status() / 100 == 2) {
      return;
    }
    boolean inSession = request.headers().containsKey(SESSION);
    UpstreamException refusal = HttpAnswer.refusal(reply, what, inSession);
    if (refusal instanceof UpstreamSessionLostException) {
      Session last = session;
      session = new Session(last.id(), last.version(), true);
    }
    throw refusal;
  }

  private void learnSession(Envelope request, HttpReply reply, String what)
      throws OutcomeUnknownException {
    String id = reply.header(SESSION);
    if (!request.is("initialize") || reply.status() / 100 != 2 || id == null) {
      return;
    }
    if (!isVisibleAscii(id)) {
      throw new OutcomeUnknownException(
          what + ": the session id is not visible ASCII (MCP 2025-11-25, Transports)", null);
    }
    session = new Session(id, null, false);
  }

  private void learnVersion(Envelope request, Answer answer) {
    if (request.is("initialize") && answer instanceof Answer.Response(var event, var s, var g)) {
      Envelope message = event.message();
      String version = message == null ? null : message.protocolVersion();
      if (version != null && isVisibleAscii(version)) {
        session = new Session(session.id(), version, false);
      }
    }
  }

  private static boolean isVisibleAscii(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private HttpRequest post(Envelope message, Use use, @Nullable String version) {
    Map<String, String> headers =
        headers("application/json, text/event-stream", !message.is("initialize"), version);
    headers.put("Content-Type", "application/json");
    return HttpRequest.of("POST", flights.target(), headers, message.toBytes()).with(use);
  }

  private Map<String, String> headers(String accept, boolean inSession, @Nullable String version) {
    Map<String, String> headers = new LinkedHashMap<>(options.headers());
    headers.put("Accept", accept);
    Session now = session;
    if (inSession && now.id() != null) {
      headers.put(SESSION, now.id());
    }
    if (inSession && version != null) {
      headers.put("MCP-Protocol-Version", version);
    }
    return headers;
  }
}
