package dev.weir.gateway.admin.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Administration;
import dev.weir.mcp.HttpExchange;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The door of the admin listener: says who may come in, from which page, and to what. The files of
 * the page are everybody's; everything else wants a role with {@code admin}, told from the {@code
 * Authorization} header alone, and no credential that a browser sends by itself. Thread-safe.
 */
public final class AdminListener implements HttpExchange.Handler, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String API = "/admin/api/";

  /**
   * Nothing from elsewhere, nothing inline, in nobody's frame; and a form that sends itself, which
   * would put what was typed into a URL, goes nowhere.
   */
  private static final Map<String, String> SAFE =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
              + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  private final Function<HttpExchange, @Nullable String> admission;
  private final Supplier<Access> access;
  private final Views views;
  private final Operations operations;
  private final History history;
  private final OwnPage ownPage = new OwnPage();
  private final PageFiles files = new PageFiles();

  /**
   * @param admission why a request is not let in by its {@code Host} and {@code Origin}; null when
   *     it is
   * @param access asked for each request
   */
  public AdminListener(
      Function<HttpExchange, @Nullable String> admission,
      Supplier<Access> access,
      Observed observed) {
    this.admission = admission;
    this.access = access;
    this.history = new History(observed.upstreams(), observed.clock());
    this.views = new Views(observed, history);
    this.operations = new Operations(observed.upstreams(), observed.sessions());
  }

  /** Begins to remember. */
  public void start() {
    history.start();
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException, InterruptedException {
    String path = exchange.path();
    String refusal = admission.apply(exchange);
    if (refusal != null) {
      answer(exchange, 403, error(refusal), Map.of());
    } else if (path.startsWith(API)) {
      interfaceCall(exchange, path.substring(API.length()));
    } else if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      answer(exchange, 405, error("only GET here"), Map.of("Allow", "GET, HEAD"));
    } else if (files.has(path)) {
      files.answer(exchange, path, SAFE);
    } else if (path.equals("/")) {
      answer(exchange, 302, error("the dashboard is at /admin"), Map.of("Location", "/admin"));
    } else {
      answer(
          exchange, 404, error("no page " + path + " here; the dashboard is at /admin"), Map.of());
    }
  }

  private void interfaceCall(HttpExchange exchange, String path)
      throws IOException, InterruptedException {
    String elsewhere = ownPage.refusal(exchange);
    if (elsewhere != null) {
      answer(exchange, 403, error(elsewhere), Map.of());
      return;
    }
    Access now = access.get();
    switch (now.judge(exchange)) {
      case Access.Unknown unknown ->
          answer(
              exchange,
              unknown.status(),
              error(unknown.message()),
              Map.of("WWW-Authenticate", now.challenge(unknown, exchange.path())));
      case Access.Known known -> {
        var may = now.grant(known.principal()).administration();
        interfaceCall(
            exchange,
            path,
            new Administrator(known.principal().identity(), may, exchange.remote()));
      }
    }
  }

  private void interfaceCall(HttpExchange exchange, String path, Administrator who)
      throws IOException, InterruptedException {
    try {
      ObjectNode answer =
          switch (exchange.method()) {
            case "GET" -> look(exchange, path, who);
            case "POST" -> act(exchange, path, who);
            default -> throw RefusedException.malformed("only GET and POST here");
          };
      answer(exchange, 200, answer, Map.of());
    } catch (RefusedException e) {
      answer(exchange, e.status(), error(String.valueOf(e.getMessage())), Map.of());
    }
  }

  private ObjectNode look(HttpExchange exchange, String path, Administrator who)
      throws RefusedException {
    require(who, Administration.VIEW, "look here");
    return path.equals("me") ? me(who) : views.view(path, exchange.query());
  }

  private ObjectNode me(Administrator who) {
    return JSON.createObjectNode()
        .put("name", who.identity().subject())
        .put("operates", who.may().covers(Administration.OPERATE))
        .put("page", ownPage.word());
  }

  private ObjectNode act(HttpExchange exchange, String path, Administrator who)
      throws RefusedException, IOException, InterruptedException {
    operations.checkAllowed(who, path);
    if (!ownPage.holdsWord(exchange)) {
      throw RefusedException.forbidden(
          "an action carries "
              + OwnPage.HEADER
              + " with the page that "
              + API
              + "me tells, which changes when the gateway starts: reload the page");
    }
    return JSON.createObjectNode().put("result", operations.act(path, body(exchange), who));
  }

  private static void require(Administrator who, Administration wanted, String what)
      throws RefusedException {
    if (!who.may().covers(wanted)) {
      throw RefusedException.forbidden(
          "no role of this token may " + what + "; a role with admin: view may");
    }
  }

  private static JsonNode body(HttpExchange exchange) throws IOException, RefusedException {
    byte[] body = exchange.body();
    try {
      return body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
    } catch (JacksonException e) {
      throw RefusedException.malformed("the body is to be JSON");
    }
  }

  private static ObjectNode error(String message) {
    return JSON.createObjectNode().put("error", message);
  }

  private static void answer(
      HttpExchange exchange, int status, ObjectNode body, Map<String, String> headers)
      throws IOException {
    Map<String, String> all = new TreeMap<>(SAFE);
    all.putAll(headers);
    all.put("Content-Type", "application/json");
    all.put("Cache-Control", "no-store");
    exchange.respond(status, all, body.toString().getBytes(UTF_8));
  }

  @Override
  public void close() {
    history.close();
  }
}
