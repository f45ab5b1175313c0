package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.call.Identity;
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

  private static final byte[] NOTHING = new byte[0];

  private final Supplier<Admission> admission;
  private final Supplier<Access> access;
  private final Visits visits = new Visits();
  private final SessionRegistry sessions;
  private final StreamableHttp streamableHttp;
  private final HttpSse httpSse;
  private final ChannelSessions channels;
  private final Map<String, HttpExchange.Handler> pages;

  /**
   * @param admission asked for each request
   * @param access asked for each request, too
   */
  public HttpListener(
      Supplier<Admission> admission,
      Supplier<Access> access,
      SessionRegistry sessions,
      StreamableHttp streamableHttp,
      HttpSse httpSse,
      ChannelSessions channels,
      Map<String, HttpExchange.Handler> pages) {
    this.admission = admission;
    this.access = access;
    this.sessions = sessions;
    this.streamableHttp = streamableHttp;
    this.httpSse = httpSse;
    this.channels = channels;
    this.pages = Map.copyOf(pages);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException, InterruptedException {
    String path = exchange.path();
    Admission rules = admission.get();
    String refusal = PROBES.contains(path) ? null : rules.refusal(exchange);
    if (refusal != null) {
      Refusal.of(403, "forbidden", refusal).answer(exchange, null, Map.of());
      return;
    }
    Map<String, String> headers = rules.browserHeaders(exchange);
    if (exchange.method().equals("OPTIONS") && !headers.isEmpty() && route(path) != null) {
      preflight(
          exchange, headers); // which a browser sends without a token, and which tells nothing
      return;
    }
    if (PROBES.contains(path)) {
      page(exchange, Objects.requireNonNull(pages.get(path)));
      return;
    }
    switch (access.get().judge(exchange)) {
      case Access.Unknown unknown -> Refusal.of(unknown).answer(exchange, null, headers);
      case Access.Known known -> handle(exchange, path, known, headers);
    }
  }

  private void handle(
      HttpExchange exchange, String path, Access.Known caller, Map<String, String> headers)
      throws IOException, InterruptedException {
    Grant grant = access.get().grant(caller.identity());
    HttpExchange.Handler page = pages.get(path);
    String route = page == null ? route(path) : null;
    if (page != null && grant.hasPage(path)) {
      page(exchange, page);
    } else if (route != null && grant.hasRoute(route)) {
      visits.serve(
          exchange,
          () -> mayStay(exchange, route, caller),
          () -> route(exchange, path, caller.identity(), headers));
    } else if (page != null || route != null) {
      Refusal.notAllowed(path).answer(exchange, null, headers);
    } else {
      Refusal.of(404, "no-such-route", "no route " + path + " here; " + routes(grant))
          .answer(exchange, null, headers);
    }
  }

  private boolean mayStay(HttpExchange exchange, String route, Access.Known caller) {
    Access now = access.get();
    return caller.equals(now.judge(exchange)) && now.grant(caller.identity()).hasRoute(route);
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

  private void route(
      HttpExchange exchange, String path, Identity identity, Map<String, String> headers)
      throws IOException, InterruptedException {
    try {
      if (httpSse.serves(path) && !exchange.method().equals("OPTIONS")) {
        httpSse.handle(exchange, path, identity, headers);
        return;
      }
      switch (exchange.method()) {
        case "POST" -> streamableHttp.post(exchange, path, identity, headers);
        case "GET" -> {
          if (Transports.asksForWebSocket(exchange)) {
            webSocket(exchange, path, identity, headers);
          } else {
            streamableHttp.get(exchange, path, identity, headers);
          }
        }
        case "DELETE" -> streamableHttp.delete(exchange, path, identity, headers);
        case "OPTIONS" -> preflight(exchange, headers);
        default -> exchange.respond(405, Map.of("Allow", "GET, POST, DELETE"), NOTHING);
      }
    } catch (BodyTooLargeException e) {
      Refusal.of(413, "too-large", String.valueOf(e.getMessage())).answer(exchange, null, headers);
    } catch (MalformedMessageException e) {
      new Refusal(400, e.code(), "malformed", String.valueOf(e.getMessage()), Map.of())
          .answer(exchange, e.id(), headers);
    }
  }

  /** A client that stays on this connection, on the path that Streamable HTTP has too. */
  private void webSocket(
      HttpExchange exchange, String path, Identity identity, Map<String, String> headers)
      throws IOException, InterruptedException {
    if (channels.isDraining()) {
      Refusal.busy("the gateway is shutting down").answer(exchange, null, headers);
      return;
    }
    ClientChannel client = Transports.webSocket(exchange);
    if (client != null) {
      channels.serve(client, path, identity, Duration.ZERO); // the wire itself has a patience
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
