package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.call.NoSuchRouteException;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the gateway's own to a request that it cannot pass on: the one place where faults
 * become HTTP status and JSON-RPC error.
 *
 * @param cause a short stable word for programs, in {@code error.data.cause}
 */
record Refusal(int status, int code, String cause, String message, Map<String, String> headers) {
  private static final String CHALLENGE = "WWW-Authenticate";
  private static final Map<String, String> RETRY_SOON = Map.of("Retry-After", "1");

  static Refusal badRequest(String message) {
    return new Refusal(400, JsonRpcError.INVALID_REQUEST, "bad-request", message, Map.of());
  }

  static Refusal of(int status, String cause, String message) {
    return new Refusal(status, JsonRpcError.INVALID_REQUEST, cause, message, Map.of());
  }

  static Refusal busy(String message) {
    return new Refusal(503, JsonRpcError.INTERNAL_ERROR, "busy", message, RETRY_SOON);
  }

  /** Nobody is known by what the request shows (RFC 6750, section 3). */
  static Refusal of(Access.Unknown unknown, String challenge) {
    return unknown.status() == 503
        ? busy(unknown.message())
        : of(unknown.status(), "unauthenticated", unknown.message()).with(CHALLENGE, challenge);
  }

  /** Who sends it is known, and may not do this. */
  static Refusal notAllowed(String what, String challenge) {
    return of(403, "forbidden", what + ": no role of this token allows it")
        .with(CHALLENGE, challenge);
  }

  static Refusal unknownSession() {
    return of(
        404,
        "unknown-session",
        "no such session here: it has ended or never was; initialize again");
  }

  /** What the client is told when its upstream did not answer. */
  static Refusal of(UpstreamException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case LimitReachedException full ->
          new Refusal(
              full.limit() == LimitReachedException.Limit.CALLS ? 429 : 503,
              JsonRpcError.INTERNAL_ERROR,
              full.limit() == LimitReachedException.Limit.CALLS ? "too-many-requests" : "busy",
              message,
              Map.of("Retry-After", String.valueOf(full.retryAfter().toSeconds())));
      case NoSuchRouteException gone -> of(404, "no-such-route", message);
      case UpstreamUnavailableException unavailable ->
          new Refusal(503, JsonRpcError.INTERNAL_ERROR, "unavailable", message, RETRY_SOON);
      // 200: clients hand JSON-RPC errors to whoever asked, and repeat or hide HTTP errors.
      case OutcomeUnknownException unknown ->
          new Refusal(200, JsonRpcError.INTERNAL_ERROR, "outcome-unknown", message, Map.of());
      case UpstreamSessionLostException lost ->
          new Refusal(
              404, JsonRpcError.INVALID_REQUEST, "upstream-session-lost", message, Map.of());
      case UpstreamRejectedException rejected ->
          new Refusal(
              rejected.status(),
              JsonRpcError.INTERNAL_ERROR,
              "rejected",
              message,
              rejected.headers());
    };
  }

  /** The same with one more header field. */
  Refusal with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Refusal(status, code, cause, message, more);
  }

  /** The JSON-RPC error; the id is null where the request had none that could be read. */
  Envelope toMessage(@Nullable RequestId id) {
    return Messages.error(id, code, message, "{\"cause\":\"" + cause + "\"}");
  }

  /**
   * The answer to this request on a wire that has no HTTP status: the upstream's own words where
   * they are a message.
   */
  static Envelope toMessage(UpstreamException e, RequestId id) {
    if (e instanceof UpstreamRejectedException rejected && rejected.body().length > 0) {
      try {
        Envelope said = Messages.read(rejected.body()).messages().getFirst();
        if (said.kind() == Envelope.Kind.ERROR) {
          return said.withId(id);
        }
      } catch (MalformedMessageException _) {
        // Words for people, or a page: the status alone is passed on.
      }
    }
    return of(e).toMessage(id);
  }

  void answer(HttpExchange exchange, @Nullable RequestId id, Map<String, String> further)
      throws IOException {
    Map<String, String> all = new HashMap<>(further);
    all.put("Content-Type", "application/json");
    headers.forEach(
        (name, value) -> {
          if (!name.equalsIgnoreCase("Content-Type")) {
            all.put(name, value);
          }
        });
    exchange.respond(status, all, toMessage(id).toBytes());
  }
}
