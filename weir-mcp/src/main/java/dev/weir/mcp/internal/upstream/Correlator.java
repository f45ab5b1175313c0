package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One conversation over a wire that carries everything in one stream: finds for each message of the
 * upstream the request that it belongs to.
 *
 * <p>A response belongs to the request with its id, a progress notification to the one with its
 * token, what names a subscription to the {@code subscriptions/listen} with its id. Of anything
 * else the wire does not tell where it belongs (a question to the client, a log message): if
 * exactly one call is in flight it is that one's, otherwise it is nobody's and goes to the
 * listener. A response for which no request waits (cancelled, given up, never asked) is counted and
 * dropped.
 *
 * <p>States of a conversation: OPEN → ENDED, once, by one compare-and-set on {@code ended}. A
 * request registers, then looks at {@code ended}; an end sets {@code ended}, then goes through the
 * registered requests. Both are volatile, so one of them sees the other, and no request waits in a
 * conversation that has ended.
 *
 * <p>Whether a request was written is known by its own thread alone: it has not returned from
 * {@link Wire#write}, or it has. A write that failed had no whole message on the wire, so the
 * request was surely not processed; after a write that succeeded the outcome is unknown.
 *
 * <p><b>The modern era</b> has no other way to cancel than to leave, which this wire does not show:
 * so a client that leaves is told of to the upstream. It may leave before its request is on the
 * wire; then the cancellation is written too early, and once more by who wrote the request. One
 * that is told twice ignores the second.
 *
 * <p>Who writes: the requesting thread registers and removes its request, the thread that receives
 * puts into its {@link Mailbox}. There is no lock here, and the listener and the exchange are
 * called with none held anywhere.
 */
final class Correlator {

  /** How messages leave. */
  interface Wire {
    /**
     * Returns when the wire has taken the message, with the position behind it.
     *
     * @throws IOException when the wire has surely not taken the whole message
     * @throws UpstreamException where the wire can tell more
     */
    long write(Envelope message) throws UpstreamException, IOException, InterruptedException;

    /** The request that ends at this position has been answered. */
    default void answered(long position) {}

    /** Nobody waits for this request any more. */
    default void abandoned(RequestId id) {}
  }

  /**
   * How the conversation ended.
   *
   * @param why ends the sentence "the request was written, but …"
   * @param closed whether this side closed it
   */
  record Ending(String why, @Nullable Throwable cause, boolean closed) {}

  private static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

  private static final System.Logger LOG = System.getLogger(Correlator.class.getName());

  private final String upstream;
  private final UpstreamListener listener;
  private final Wire wire;
  private final Duration patience;
  private final Era era;

  private final Map<RequestId, Mailbox> inFlight = new ConcurrentHashMap<>();
  private final Map<RequestId, Mailbox> byToken = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Ending> ended = new AtomicReference<>();
  private final LongAdder late = new LongAdder();

  /** A conversation of the legacy era. */
  Correlator(String upstream, UpstreamListener listener, Wire wire) {
    this(upstream, listener, wire, Mailbox.PATIENCE, Era.LEGACY);
  }

  /**
   * @param patience how long a slow client may hold up the reader
   */
  Correlator(String upstream, UpstreamListener listener, Wire wire, Duration patience, Era era) {
    this.upstream = upstream;
    this.listener = listener;
    this.wire = wire;
    this.patience = patience;
    this.era = era;
  }

  /** See {@link dev.weir.mcp.UpstreamTransport#request}. */
  Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = request.id();
    if (id == null || !request.isRequest()) {
      throw new IllegalArgumentException("not a request: " + request);
    }
    RequestId token = request.progressToken();
    Mailbox mailbox = new Mailbox(patience, request.is("subscriptions/listen"));
    if (inFlight.putIfAbsent(id, mailbox) != null) throw duplicate(request, id);
    boolean answered = false;
    try {
      if (token != null) byToken.put(token, mailbox);
      if (era == Era.MODERN) exchange.whenClientLeaves(() -> clientLeft(id, mailbox));
      write(request, mailbox);
      if (era == Era.MODERN && mailbox.end() == Mailbox.End.CANCELLED) tellCancelled(id);
      pass(mailbox, exchange);
      answered = mailbox.end() == Mailbox.End.ANSWERED;
      return outcome(request, mailbox);
    } finally {
      if (!answered) wire.abandoned(id); // while the id is still this request's
      inFlight.remove(id, mailbox);
      if (token != null) byToken.remove(token, mailbox);
      mailbox.end(Mailbox.End.CANCELLED); // a message that comes now is nobody's
    }
  }

  private void clientLeft(RequestId id, Mailbox mailbox) {
    if (inFlight.remove(id, mailbox)) {
      mailbox.end(Mailbox.End.CANCELLED);
      tellCancelled(id);
    }
  }

  private void tellCancelled(RequestId id) {
    try {
      wire.write(
          Messages.notification("notifications/cancelled", "{\"requestId\":" + id.json() + "}"));
    } catch (UpstreamException | IOException _) {
      // The wire has ended, and the request with it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Envelope request, Mailbox mailbox)
      throws UpstreamException, InterruptedException {
    Ending ending = ended.get();
    if (ending != null) throw lost(request, ending.why(), ending.cause());
    try {
      mailbox.position(wire.write(request));
    } catch (IOException e) {
      ending = ended.get();
      String why = ending == null ? "the upstream takes no more input" : ending.why();
      throw lost(request, why, ending == null || ending.cause() == null ? e : ending.cause());
    }
  }

  private static void pass(Mailbox mailbox, Answer.Exchange exchange)
      throws IOException, InterruptedException {
    for (Envelope m = mailbox.take(); m != null; m = mailbox.take()) {
      exchange.event(ServerEvent.of(m));
    }
  }

  private Answer outcome(Envelope request, Mailbox mailbox) throws UpstreamException {
    UpstreamException failure = mailbox.failure();
    if (failure != null) throw failure;
    Envelope response = mailbox.answer();
    if (response != null) {
      wire.answered(mailbox.position());
      return new Answer.Response(ServerEvent.of(response), false, () -> {});
    }
    Ending ending = ended.get();
    if (mailbox.end() == Mailbox.End.OVERFLOWED) {
      throw unknown(request, "its client took too long to read what came before the answer", null);
    }
    if (mailbox.end() == Mailbox.End.LOST && ending != null) {
      throw unknown(request, ending.why(), ending.cause());
    }
    return new Answer.StreamEnded();
  }

  /** See {@link dev.weir.mcp.UpstreamTransport#send}. */
  void send(Envelope message) throws UpstreamException, InterruptedException {
    if (message.isRequest()) throw new IllegalArgumentException("a request: " + message);
    Ending ending = ended.get();
    if (ending != null) throw lost(message, ending.why(), ending.cause());
    // Ended before the upstream can hear of it: what it says because of it is nobody's any more.
    RequestId cancelled = message.cancelledId();
    Mailbox mailbox = cancelled == null ? null : inFlight.remove(cancelled);
    if (mailbox != null) mailbox.end(Mailbox.End.CANCELLED);
    try {
      wire.write(message);
    } catch (IOException e) {
      throw lost(message, "the upstream takes no more input", e);
    }
  }

  /** Takes a message of the upstream; may wait for a slow client as {@link Mailbox} says. */
  void received(Envelope message) {
    if (message.isResponse()) {
      RequestId id = message.id();
      Mailbox mailbox = id == null ? null : inFlight.remove(id);
      if (mailbox == null) late.increment();
      else mailbox.answer(message);
      return;
    }
    Mailbox mailbox = owner(message);
    if (mailbox == null || !mailbox.put(message)) unsolicited(message);
  }

  private @Nullable Mailbox owner(Envelope message) {
    if (message.is("notifications/progress")) {
      RequestId token = message.progressToken();
      return token == null ? null : byToken.get(token);
    }
    String subscription =
        era == Era.MODERN ? Json.member(message.member("_meta"), SUBSCRIPTION) : null;
    return subscription == null ? onlyCall() : inFlight.get(new RequestId(subscription));
  }

  private @Nullable Mailbox onlyCall() {
    Mailbox only = null;
    for (Mailbox mailbox : inFlight.values()) {
      if (!mailbox.isOfSubscription()) {
        if (only != null) return null;
        only = mailbox;
      }
    }
    return only;
  }

  /** Takes a message of the upstream that names its request. */
  void received(RequestId id, Envelope message) {
    Mailbox mailbox = inFlight.get(id);
    if (mailbox == null || !mailbox.put(message)) unsolicited(message);
  }

  /** Ends one request, for which the wire found out after its write that it went wrong. */
  void failed(RequestId id, UpstreamException failure) {
    Mailbox mailbox = inFlight.remove(id);
    if (mailbox != null) mailbox.fail(failure);
  }

  /** Ends the conversation, unless it has ended; requests in flight fail. True for one caller. */
  boolean end(Ending ending) {
    if (!ended.compareAndSet(null, ending)) return false;
    inFlight.values().forEach(mailbox -> mailbox.end(Mailbox.End.LOST));
    if (!ending.closed()) guarded(() -> listener.ended(ending.cause()));
    return true;
  }

  /** Tells the listener of a message that belongs to no request. */
  void unsolicited(Envelope message) {
    guarded(() -> listener.unsolicited(message));
  }

  /** A listener that throws must not end the thread that reads for everybody. */
  private void guarded(Runnable listening) {
    try {
      listening.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "upstream \"" + upstream + "\": a listener failed", e);
    }
  }

  /** Responses that nobody waited for. */
  long late() {
    return late.sum();
  }

  int inFlight() {
    return inFlight.size();
  }

  private UpstreamRejectedException duplicate(Envelope request, RequestId id) {
    String why = "a request with id " + id + " is in flight already";
    byte[] body = Messages.error(id, JsonRpcError.INVALID_REQUEST, why, null).toBytes();
    Map<String, String> headers = Map.of("Content-Type", "application/json");
    return new UpstreamRejectedException(told(request) + why, 400, headers, body);
  }

  private OutcomeUnknownException unknown(Envelope request, String why, @Nullable Throwable cause) {
    String end = " after the request was written; outcome unknown, not sent again";
    return new OutcomeUnknownException(told(request) + why + end, cause);
  }

  private UpstreamSessionLostException lost(
      Envelope message, String why, @Nullable Throwable cause) {
    return new UpstreamSessionLostException(told(message) + why + "; not sent", cause);
  }

  private String told(Envelope message) {
    String what = message.method() == null ? "response" : message.method();
    String id = message.id() == null ? "" : " " + message.id();
    return "upstream \"" + upstream + "\", " + what + id + ": ";
  }
}
