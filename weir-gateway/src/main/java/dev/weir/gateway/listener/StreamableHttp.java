package dev.weir.gateway.listener;

import dev.weir.gateway.journal.Note;
import dev.weir.gateway.modern.ModernService;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP towards clients, legacy era: what {@code POST}, {@code GET} and {@code DELETE} on
 * a route mean (2025-11-25, Transports, "Streamable HTTP"). Modern requests, which have no session,
 * are told apart here and handed to {@link ModernHttp}.
 *
 * <p>Thread-safe; each exchange runs on the virtual thread of its connection.
 */
public final class StreamableHttp implements AutoCloseable {
  private static final String SESSION = "Mcp-Session-Id";
  private static final String JSON = "application/json";
  private static final String EVENTS = "text/event-stream";
  private static final byte[] NOTHING = new byte[0];
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private final SessionRegistry registry;
  private final KeepAlive keepAlive = new KeepAlive(KEEP_ALIVE);
  private final ModernService modern;
  private final ModernHttp modernHttp;
  private final Guard guard;
  private volatile boolean draining;

  /**
   * @param modern answers the requests that have no session
   * @param guard says who may ask for what
   */
  public StreamableHttp(SessionRegistry registry, ModernService modern, Guard guard) {
    this.registry = registry;
    this.modern = modern;
    this.guard = guard;
    this.modernHttp = new ModernHttp(new ModernCalls(modern, guard), keepAlive);
  }

  /**
   * From now on only what running calls need is let through: their clients' responses and
   * notifications.
   */
  public void drain() {
    draining = true;
    modern.drain();
  }

  void post(Visitor visitor) throws IOException, InterruptedException, MalformedMessageException {
    HttpExchange exchange = visitor.exchange();
    Refusal unacceptable = checkPostHead(exchange);
    if (unacceptable != null) {
      visitor.refuse(unacceptable);
      return;
    }
    Messages.Read read = Messages.read(exchange.body());
    if (ModernHttp.isFor(exchange, read)) {
      modernHttp.post(visitor, read, draining);
      return;
    }
    Envelope first = read.messages().getFirst();
    if (exchange.header(SESSION) == null) {
      if (read.batch() || !(first.isRequest() && first.is("initialize"))) {
        visitor.refuse(missingSession(), first);
      } else {
        initialize(visitor, first);
      }
      return;
    }
    ClientSession session = session(visitor, first);
    if (session == null) {
      return;
    }
    Refusal refusal = checkMessages(read, session);
    if (refusal != null) {
      visitor.refuse(refusal, first);
    } else if (read.batch()) {
      new Batch(guard.over(session, visitor.principal()), session, keepAlive)
          .run(visitor, read.messages());
    } else if (first.isRequest()) {
      try (Note note = visitor.begin(first, session)) {
        request(visitor, first, session, note);
      }
    } else {
      send(visitor, first, session);
    }
  }

  private @Nullable Refusal checkMessages(Messages.Read read, ClientSession session) {
    ProtocolVersion version = session.version();
    if (read.batch() && (version == null || !version.hasBatches())) {
      return Refusal.badRequest(
          "batches exist in protocol version 2025-03-26 only; this session speaks "
              + (version == null ? "another" : version.wire()));
    }
    for (Envelope message : read.messages()) {
      if (message.isRequest() && message.is("initialize")) {
        return Refusal.badRequest(
            "this session is initialized already; initialize without " + SESSION + " for another");
      }
      if (message.isRequest() && draining) {
        return Refusal.busy("the gateway is shutting down");
      }
    }
    return null;
  }

  private static @Nullable Refusal checkPostHead(HttpExchange exchange) {
    if (!accepts(exchange, JSON) || !accepts(exchange, EVENTS)) {
      return Refusal.of(406, "not-acceptable", "Accept must name both " + JSON + " and " + EVENTS);
    }
    return refuseUnlessJson(exchange);
  }

  static @Nullable Refusal refuseUnlessJson(HttpExchange exchange) {
    String type = exchange.header("Content-Type");
    if (type == null || !mediaType(type).equals(JSON)) {
      return Refusal.of(415, "unsupported-media-type", "Content-Type must be " + JSON);
    }
    return null;
  }

  private static boolean accepts(HttpExchange exchange, String type) {
    var accepted = exchange.headers("Accept");
    if (accepted.isEmpty()) {
      return true;
    }
    String family = type.substring(0, type.indexOf('/')) + "/*";
    for (String line : accepted) {
      for (String range : line.split(",", -1)) {
        String media = mediaType(range);
        if (media.equals(type) || media.equals(family) || media.equals("*/*")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String mediaType(String value) {
    int parameters = value.indexOf(';');
    String media = parameters < 0 ? value : value.substring(0, parameters);
    return media.strip().toLowerCase(Locale.ROOT);
  }

  private static Refusal missingSession() {
    return Refusal.badRequest(SESSION + " is missing; only initialize may come without");
  }

  /**
   * The session that the head names. Otherwise the client has been answered, and null comes back.
   */
  private @Nullable ClientSession session(Visitor visitor, @Nullable Envelope message)
      throws IOException {
    String sessionId = visitor.exchange().header(SESSION);
    if (sessionId == null) {
      visitor.refuse(missingSession(), message);
      return null;
    }
    ClientSession session = registry.find(sessionId, visitor.path(), visitor.identity());
    if (session == null) {
      visitor.refuse(Refusal.unknownSession(), message);
      return null;
    }
    String version = visitor.exchange().header("MCP-Protocol-Version");
    if (version != null && ProtocolVersion.of(Era.LEGACY, version).isEmpty()) {
      visitor.refuse(
          Refusal.badRequest("MCP-Protocol-Version " + version + " is not supported here"),
          message);
      return null;
    }
    return session;
  }

  private void initialize(Visitor visitor, Envelope request)
      throws IOException, InterruptedException {
    try (Note note = visitor.begin(request, Era.LEGACY)) {
      ClientSession session;
      try {
        if (draining) {
          visitor.answer(Refusal.busy("the gateway is shutting down"), request.id(), note);
          return;
        }
        // It is known when it comes, not how long it takes.
        guard.begin(visitor.identity(), visitor.path()).close();
        session = registry.open(visitor.path(), visitor.identity());
      } catch (UpstreamException e) {
        visitor.answer(Refusal.of(e), request.id(), note);
        return;
      }
      note.joined(session.id());
      boolean initialized = false;
      try {
        initialized = request(visitor.with(SESSION, session.id()), request, session, note);
      } finally {
        if (!initialized) {
          registry.end(session, SessionRegistry.End.REFUSED);
        }
      }
    }
  }

  /** Passes a request on and writes what comes back. True when that was a result. */
  private boolean request(Visitor visitor, Envelope request, ClientSession session, Note note)
      throws IOException, InterruptedException {
    try (var writer =
        ReplyWriter.forRequest(visitor.exchange(), visitor.headers(), keepAlive, note)) {
      try (Answer answer = guard.over(session, visitor.principal()).request(request, writer)) {
        writer.answer(answer);
        return answer instanceof Answer.Response response
            && response.event().message() instanceof Envelope message
            && message.kind() == Envelope.Kind.RESULT;
      } catch (UpstreamException e) {
        if (e instanceof UpstreamSessionLostException) {
          registry.end(session, SessionRegistry.End.UPSTREAM);
        }
        writer.refuse(e, request.id());
        return false;
      }
    }
  }

  private void send(Visitor visitor, Envelope message, ClientSession session)
      throws IOException, InterruptedException {
    try {
      guard.over(session, visitor.principal()).send(message);
      visitor.exchange().respond(202, visitor.headers(), NOTHING);
    } catch (UpstreamException e) {
      if (e instanceof UpstreamSessionLostException) {
        registry.end(session, SessionRegistry.End.UPSTREAM);
      }
      visitor.refuse(Refusal.of(e), message);
    }
  }

  void get(Visitor visitor) throws IOException, InterruptedException {
    HttpExchange exchange = visitor.exchange();
    if (ModernHttp.isNamedBy(exchange)) {
      visitor.refuse(ModernHttp.WRONG_METHOD);
      return;
    }
    if (!accepts(exchange, EVENTS)) {
      visitor.refuse(Refusal.of(406, "not-acceptable", "Accept must name " + EVENTS));
      return;
    }
    ClientSession session = session(visitor, null);
    if (session == null) {
      return;
    }
    exchange.body();
    try (var writer = ReplyWriter.forStream(exchange, visitor.headers(), keepAlive)) {
      guard.over(session, visitor.principal()).listen(exchange.header("Last-Event-ID"), writer);
    } catch (UpstreamException e) {
      if (!exchange.isAnswered()) {
        visitor.refuse(Refusal.of(e));
      }
    }
  }

  void delete(Visitor visitor) throws IOException {
    if (ModernHttp.isNamedBy(visitor.exchange())) {
      visitor.refuse(ModernHttp.WRONG_METHOD);
      return;
    }
    ClientSession session = session(visitor, null);
    if (session != null) {
      Runnable end = registry.remove(session, SessionRegistry.End.DELETED);
      try {
        // First: a client whose stream ends before it has this may come back for the stream.
        visitor.exchange().respond(200, visitor.headers(), NOTHING);
      } finally {
        end.run();
      }
    }
  }

  @Override
  public void close() {
    keepAlive.close();
  }
}
