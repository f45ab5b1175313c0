package dev.weir.gateway.listener;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * HTTP+SSE towards clients (2024-11-05, Transports): {@code GET ROUTE/sse} opens a stream, whose
 * first event names {@code ROUTE/messages?session=…}; each message is a {@code POST} there. The
 * stream is the session. What the name holds is a secret, and of no use to another caller or on
 * another route.
 *
 * <p>Thread-safe; a stream is served by the thread of its connection, until it ends.
 */
public final class HttpSse implements AutoCloseable {
  private static final String WIRE = "sse";
  private static final String STREAM = "/sse";
  private static final String MESSAGES = "/messages";
  private static final String SESSION = "session=";
  private static final int ID_BYTES = 24;
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final Duration PLACE_WITHIN = Duration.ofSeconds(10);
  private static final Refusal UNKNOWN =
      Refusal.of(404, "unknown-session", "no such session here: its stream has ended");

  private final SessionRegistry registry;
  private final ChannelSessions channels;
  private final KeepAlive keepAlive = new KeepAlive(KEEP_ALIVE);
  private final SecureRandom random = new SecureRandom();
  private final Map<String, SseChannel> open = new ConcurrentHashMap<>();

  public HttpSse(SessionRegistry registry, ChannelSessions channels) {
    this.registry = registry;
    this.channels = channels;
  }

  /** Whether this is a path of the old transport; that of a route is not. */
  boolean serves(String path) {
    return !registry.serves(path)
        && (registry.serves(route(path, STREAM)) || registry.serves(route(path, MESSAGES)));
  }

  /** The path of the route that this path is for, where it is served. */
  String route(String path) {
    return route(path, path.endsWith(STREAM) ? STREAM : MESSAGES);
  }

  /** The route of a path that ends so; nothing that could be one otherwise. */
  private static String route(String path, String end) {
    return path.endsWith(end) ? path.substring(0, path.length() - end.length()) : "";
  }

  void handle(Visitor visitor) throws IOException, InterruptedException, MalformedMessageException {
    boolean isStream = visitor.path().endsWith(STREAM);
    String method = isStream ? "GET" : "POST";
    if (!visitor.exchange().method().equals(method)) {
      visitor.exchange().respond(405, Map.of("Allow", method), new byte[0]);
    } else if (isStream) {
      stream(visitor, route(visitor.path(), STREAM));
    } else {
      post(visitor, route(visitor.path(), MESSAGES));
    }
  }

  private void stream(Visitor visitor, String route) throws IOException, InterruptedException {
    HttpExchange exchange = visitor.exchange();
    Principal principal = visitor.principal();
    exchange.body();
    if (channels.isDraining()) {
      visitor.refuse(Refusal.busy("the gateway is shutting down"));
      return;
    }
    String id = newId();
    try (var writer = ReplyWriter.forStream(exchange, visitor.headers(), keepAlive)) {
      String description = "HTTP+SSE from " + exchange.remote().getAddress().getHostAddress();
      var channel = new SseChannel(route, principal, writer, description);
      open.put(id, channel); // before the client can know of it
      try {
        exchange.whenClientLeaves(channel::close);
        writer.event("endpoint", (route + MESSAGES + "?" + SESSION + id).getBytes(UTF_8));
        channels.serve(
            channel,
            new Entrance(route, principal, WIRE),
            Duration.ZERO); // the channel itself has a patience
      } finally {
        open.remove(id);
      }
    }
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void post(Visitor visitor, String route)
      throws IOException, InterruptedException, MalformedMessageException {
    HttpExchange exchange = visitor.exchange();
    SseChannel channel = channel(exchange.query(), route, visitor.principal());
    if (channel == null) {
      visitor.refuse(UNKNOWN);
      return;
    }
    Refusal unacceptable = StreamableHttp.refuseUnlessJson(exchange);
    if (unacceptable != null) {
      visitor.refuse(unacceptable);
      return;
    }
    Messages.Read read = Messages.read(exchange.body());
    if (channel.post(read, PLACE_WITHIN)) {
      exchange.respond(202, visitor.headers(), "Accepted".getBytes(UTF_8));
    } else if (channel.isClosed()) {
      visitor.refuse(UNKNOWN);
    } else {
      visitor.refuse(Refusal.busy("messages of this session are waiting"));
    }
  }

  private @Nullable SseChannel channel(@Nullable String query, String route, Principal principal) {
    String[] parameters = query == null ? new String[0] : query.split("&", -1);
    for (String parameter : parameters) {
      if (parameter.startsWith(SESSION)) {
        SseChannel channel = open.get(parameter.substring(SESSION.length()));
        return channel != null && channel.belongsTo(route, principal) ? channel : null;
      }
    }
    return null;
  }

  @Override
  public void close() {
    keepAlive.close();
  }
}
