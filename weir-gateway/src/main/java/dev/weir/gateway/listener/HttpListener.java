package dev.weir.gateway.listener;

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
import java.util.Set;
import java.util.function.Supplier;

/** Takes an HTTP request to the page or route of its path, once it is let in. Thread-safe. */
public final class HttpListener implements HttpExchange.Handler {
  /** Pages for machines that know the gateway by an address only, and that tell nothing. */
  private static final Set<String> PROBES = Set.of("/livez", "/readyz");

  private static final byte[] NOTHING = new byte[0];

  private final Supplier<Admission> admission;
  private final SessionRegistry sessions;
  private final StreamableHttp streamableHttp;
  private final HttpSse httpSse;
  private final ChannelSessions channels;
  private final Map<String, HttpExchange.Handler> pages;

  /**
   * @param admission asked for each request
   */
  public HttpListener(
      Supplier<Admission> admission,
      SessionRegistry sessions,
      StreamableHttp streamableHttp,
      HttpSse httpSse,
      ChannelSessions channels,
      Map<String, HttpExchange.Handler> pages) {
    this.admission = admission;
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
    HttpExchange.Handler page = pages.get(path);
    if (page != null) {
      page(exchange, page);
    } else if (sessions.serves(path) || httpSse.serves(path)) {
      route(exchange, path, rules.browserHeaders(exchange));
    } else {
      Refusal.of(404, "no-such-route", "no route " + path + " here; " + routes())
          .answer(exchange, null, Map.of());
    }
  }

  private static void page(HttpExchange exchange, HttpExchange.Handler page)
      throws IOException, InterruptedException {
    if (exchange.method().equals("GET") || exchange.method().equals("HEAD")) {
      page.handle(exchange);
    } else {
      exchange.respond(405, Map.of("Allow", "GET, HEAD"), NOTHING);
    }
  }

  private void route(HttpExchange exchange, String path, Map<String, String> headers)
      throws IOException, InterruptedException {
    try {
      if (httpSse.serves(path) && !exchange.method().equals("OPTIONS")) {
        httpSse.handle(exchange, path, Identity.ANONYMOUS, headers);
        return;
      }
      switch (exchange.method()) {
        case "POST" -> streamableHttp.post(exchange, path, Identity.ANONYMOUS, headers);
        case "GET" -> {
          if (Transports.asksForWebSocket(exchange)) {
            webSocket(exchange, path, Identity.ANONYMOUS, headers);
          } else {
            streamableHttp.get(exchange, path, Identity.ANONYMOUS, headers);
          }
        }
        case "DELETE" -> streamableHttp.delete(exchange, path, Identity.ANONYMOUS, headers);
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

  private String routes() {
    return "routes: " + String.join(", ", sessions.paths());
  }
}
