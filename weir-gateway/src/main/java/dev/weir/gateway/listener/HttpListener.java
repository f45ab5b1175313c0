package dev.weir.gateway.listener;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpExchange.BodyTooLargeException;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes an HTTP request to the page or route of its path, once it is let in. Thread-safe. */
public final class HttpListener implements HttpExchange.Handler {
  /** Pages for machines that know the gateway by an address only, and that tell nothing. */
  private static final Set<String> PROBES = Set.of("/livez", "/readyz");

  private static final Principal NOBODY = Principal.of(Identity.ANONYMOUS);
  private static final byte[] NOTHING = new byte[0];

  private final Supplier<Admission> admission;
  private final Supplier<Access> access;
  private final Visits visits = new Visits();
  private final SessionRegistry sessions;
  private final StreamableHttp streamableHttp;
  private final HttpSse httpSse;
  private final ChannelSessions channels;
  private final Journal journal;
  private final Map<String, HttpExchange.Handler> pages;

  /**
   * @param admission asked for each request
   * @param access asked for each request, too
   * @param journal where it is written down who is not let in
   */
  public HttpListener(
      Supplier<Admission> admission,
      Supplier<Access> access,
      SessionRegistry sessions,
      StreamableHttp streamableHttp,
      HttpSse httpSse,
      ChannelSessions channels,
      Journal journal,
      Map<String, HttpExchange.Handler> pages) {
    this.admission = admission;
    this.access = access;
    this.sessions = sessions;
    this.streamableHttp = streamableHttp;
    this.httpSse = httpSse;
    this.channels = channels;
    this.journal = journal;
    this.pages = Map.copyOf(pages);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException, InterruptedException {
    String path = exchange.path();
    Admission rules = admission.get();
    String refusal = PROBES.contains(path) ? null : rules.refusal(exchange);
    if (refusal != null) {
      new Visitor(exchange, path, NOBODY, Map.of(), journal)
          .refuse(Refusal.of(403, "forbidden", refusal));
      return;
    }
    Map<String, String> headers = rules.browserHeaders(exchange);
    Access now = access.get();
    String metadata = now.metadata(path);
    if (exchange.method().equals("OPTIONS")
        && !headers.isEmpty()
        && (metadata != null || route(path) != null)) {
      preflight(
          exchange, headers); // which a browser sends without a token, and which tells nothing
      return;
    }
    if (PROBES.contains(path)) {
      page(exchange, Objects.requireNonNull(pages.get(path)));
      return;
    }
    if (metadata != null) {
      page(exchange, told -> told.respond(200, json(headers), metadata.getBytes(UTF_8)));
      return;
    }
    switch (now.judge(exchange)) {
      case Access.Unknown unknown ->
          new Visitor(exchange, path, NOBODY, headers, journal)
              .refuse(Refusal.of(unknown, now.challenge(unknown, path)));
      case Access.Known known ->
          handle(new Visitor(exchange, path, known.principal(), headers, journal), known);
    }
  }

  private static Map<String, String> json(Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Cache-Control", "max-age=300");
    all.put("Content-Type", "application/json");
    return all;
  }

  private void handle(Visitor visitor, Access.Known known)
      throws IOException, InterruptedException {
    HttpExchange exchange = visitor.exchange();
    String path = visitor.path();
    Access now = access.get();
    Grant grant = now.grant(known.principal());
    HttpExchange.Handler page = pages.get(path);
    String route = page == null ? route(path) : null;
    if (page != null && grant.hasPage(path)) {
      page(exchange, page);
    } else if (route != null && grant.hasRoute(route)) {
      visits.serve(
          exchange,
          isStanding(exchange) ? known.until() : null,
          () -> mayStay(exchange, route, known),
          () -> route(visitor));
    } else if (page != null || route != null) {
      visitor.refuse(Refusal.notAllowed(path, now.insufficient(known.principal(), path)));
    } else {
      visitor.refuse(
          Refusal.of(404, "no-such-route", "no route " + path + " here; " + routes(grant)));
    }
  }

  /**
   * Whether it is no call, which has an end of its own, but goes on for as long as somebody
   * listens.
   */
  private static boolean isStanding(HttpExchange exchange) {
    return exchange.method().equals("GET")
        || "subscriptions/listen".equals(exchange.header(MirroredHeaders.METHOD));
  }

  private boolean mayStay(HttpExchange exchange, String route, Access.Known known) {
    Access now = access.get();
    return known.equals(now.judge(exchange)) && now.grant(known.principal()).hasRoute(route);
  }

  /** The route that a path is of; null where it is of none. */
  private @Nullable String route(String path) {
    if (sessions.serves(path)) {
      return path;
    }
    return httpSse.serves(path) ? httpSse.route(path) : null;
  }

  /** Ends what is under way of those whose token, or right to be here, has been taken back. */
  public void review() {
    visits.review();
  }

  private static void page(HttpExchange exchange, HttpExchange.Handler page)
      throws IOException, InterruptedException {
    if (exchange.method().equals("GET") || exchange.method().equals("HEAD")) {
      page.handle(exchange);
    } else {
      exchange.respond(405, Map.of("Allow", "GET, HEAD"), NOTHING);
    }
  }

  private void route(Visitor visitor) throws IOException, InterruptedException {
    HttpExchange exchange = visitor.exchange();
    try {
      if (httpSse.serves(visitor.path()) && !exchange.method().equals("OPTIONS")) {
        httpSse.handle(visitor);
        return;
      }
      switch (exchange.method()) {
        case "POST" -> streamableHttp.post(visitor);
        case "GET" -> {
          if (Transports.asksForWebSocket(exchange)) {
            webSocket(visitor);
          } else {
            streamableHttp.get(visitor);
          }
        }
        case "DELETE" -> streamableHttp.delete(visitor);
        case "OPTIONS" -> preflight(exchange, visitor.headers());
        default -> exchange.respond(405, Map.of("Allow", "GET, POST, DELETE"), NOTHING);
      }
    } catch (BodyTooLargeException e) {
      visitor.refuse(Refusal.of(413, "too-large", String.valueOf(e.getMessage())));
    } catch (MalformedMessageException e) {
      visitor.refuse(
          new Refusal(400, e.code(), "malformed", String.valueOf(e.getMessage()), Map.of()),
          e.id());
    }
  }

  /** A client that stays on this connection, on the path that Streamable HTTP has too. */
  private void webSocket(Visitor visitor) throws IOException, InterruptedException {
    if (channels.isDraining()) {
      visitor.refuse(Refusal.busy("the gateway is shutting down"));
      return;
    }
    ClientChannel client = Transports.webSocket(visitor.exchange());
    if (client != null) {
      var entrance = new Entrance(visitor.path(), visitor.principal(), "websocket");
      channels.serve(client, entrance, Duration.ZERO); // the wire itself has a patience
    }
  }

  private static void preflight(HttpExchange exchange, Map<String, String> headers)
      throws IOException {
    if (headers.isEmpty()) {
      exchange.respond(405, Map.of("Allow", "GET, POST, DELETE"), NOTHING);
      return;
    }
    Map<String, String> all = new HashMap<>(headers);
    all.put("Access-Control-Allow-Methods", "GET, POST, DELETE");
    all.put(
        "Access-Control-Allow-Headers",
        "Content-Type, Accept, Authorization, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID,"
            + " Mcp-Method, Mcp-Name");
    all.put("Access-Control-Max-Age", "600");
    exchange.respond(204, all, NOTHING);
  }

  private String routes(Grant grant) {
    return "routes: "
        + String.join(", ", sessions.paths().stream().filter(grant::hasRoute).toList());
  }
}
