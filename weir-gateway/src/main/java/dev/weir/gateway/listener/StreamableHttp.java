package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
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

  void post(HttpExchange exchange, String path, Identity identity, Map<String, String> headers)
      throws IOException, InterruptedException, MalformedMessageException {
    Refusal unacceptable = checkPostHead(exchange);
    if (unacceptable != null) {
      unacceptable.answer(exchange, null, headers);
      return;
    }
    Messages.Read read = Messages.read(exchange.body());
    if (ModernHttp.isFor(exchange, read)) {
      modernHttp.post(exchange, read, path, identity, headers, draining);
      return;
    }
    Envelope first = read.messages().getFirst();
    if (exchange.header(SESSION) == null) {
      if (read.batch() || !(first.isRequest() && first.is("initialize"))) {
        missingSession().answer(exchange, first.id(), headers);
      } else {
        initialize(exchange, first, path, identity, headers);
      }
      return;
    }
    ClientSession session = session(exchange, first, path, identity, headers);
    if (session == null) {
      return;
    }
    Refusal refusal = checkMessages(read, session);
    if (refusal != null) {
      refusal.answer(exchange, first.id(), headers);
    } else if (read.batch()) {
      new Batch(guard.over(session), keepAlive).run(exchange, read.messages(), headers);
    } else if (first.isRequest()) {
      request(exchange, first, session, headers);
    } else {
      send(exchange, first, session, headers);
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
  private @Nullable ClientSession session(
      HttpExchange exchange,
      @Nullable Envelope message,
      String path,
      Identity identity,
      Map<String, String> headers)
      throws IOException {
    var id = message == null ? null : message.id();
    String sessionId = exchange.header(SESSION);
    if (sessionId == null) {
      missingSession().answer(exchange, id, headers);
      return null;
    }
    ClientSession session = registry.find(sessionId, path, identity);
    if (session == null) {
      Refusal.unknownSession().answer(exchange, id, headers);
      return null;
    }
    String version = exchange.header("MCP-Protocol-Version");
    if (version != null && ProtocolVersion.of(Era.LEGACY, version).isEmpty()) {
      Refusal.badRequest("MCP-Protocol-Version " + version + " is not supported here")
          .answer(exchange, id, headers);
      return null;
    }
    return session;
  }

  private void initialize(
      HttpExchange exchange,
      Envelope request,
      String path,
      Identity identity,
      Map<String, String> headers)
      throws IOException, InterruptedException {
    ClientSession session;
    try {
      if (draining) {
        Refusal.busy("the gateway is shutting down").answer(exchange, request.id(), headers);
        return;
      }
      guard.begin(identity, path).close(); // it is known when it comes, not how long it takes
      session = registry.open(path, identity);
    } catch (UpstreamException e) {
      Refusal.of(e).answer(exchange, request.id(), headers);
      return;
    }
    Map<String, String> withSession = new HashMap<>(headers);
    withSession.put(SESSION, session.id());
    boolean initialized = false;
    try {
      initialized = request(exchange, request, session, withSession);
    } finally {
      if (!initialized) {
        registry.end(session, SessionRegistry.End.REFUSED);
      }
    }
  }

  /** Passes a request on and writes what comes back. True when that was a result. */
  private boolean request(
      HttpExchange exchange, Envelope request, ClientSession session, Map<String, String> headers)
      throws IOException, InterruptedException {
    try (var writer = ReplyWriter.forRequest(exchange, headers, keepAlive)) {
      try (Answer answer = guard.over(session).request(request, writer)) {
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

  private void send(
      HttpExchange exchange, Envelope message, ClientSession session, Map<String, String> headers)
      throws IOException, InterruptedException {
    try {
      guard.over(session).send(message);
      exchange.respond(202, headers, NOTHING);
    } catch (UpstreamException e) {
      if (e instanceof UpstreamSessionLostException) {
        registry.end(session, SessionRegistry.End.UPSTREAM);
      }
      Refusal.of(e).answer(exchange, null, headers);
    }
  }

  void get(HttpExchange exchange, String path, Identity identity, Map<String, String> headers)
      throws IOException, InterruptedException {
    if (ModernHttp.isNamedBy(exchange)) {
      ModernHttp.refuseMethod(exchange, headers);
      return;
    }
    if (!accepts(exchange, EVENTS)) {
      Refusal.of(406, "not-acceptable", "Accept must name " + EVENTS)
          .answer(exchange, null, headers);
      return;
    }
    ClientSession session = session(exchange, null, path, identity, headers);
    if (session == null) {
      return;
    }
    exchange.body();
    try (var writer = ReplyWriter.forStream(exchange, headers, keepAlive)) {
      guard.over(session).listen(exchange.header("Last-Event-ID"), writer);
    } catch (UpstreamException e) {
      if (!exchange.isAnswered()) {
        Refusal.of(e).answer(exchange, null, headers);
      }
    }
  }

  void delete(HttpExchange exchange, String path, Identity identity, Map<String, String> headers)
      throws IOException {
    if (ModernHttp.isNamedBy(exchange)) {
      ModernHttp.refuseMethod(exchange, headers);
      return;
    }
    ClientSession session = session(exchange, null, path, identity, headers);
    if (session != null) {
      Runnable end = registry.remove(session, SessionRegistry.End.DELETED);
      try {
        // First: a client whose stream ends before it has this may come back for the stream.
        exchange.respond(200, headers, NOTHING);
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
