package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import java.io.IOException;
import java.util.Map;

/**
 * Streamable HTTP towards clients of the modern era (2026-07-28, Transports, "Streamable HTTP"):
 * each {@code POST} is one request that stands for itself. No session, no event ids; a client that
 * closes its stream has cancelled.
 *
 * <p>Thread-safe; each exchange runs on the virtual thread of its connection.
 */
final class ModernHttp {
  private static final byte[] NOTHING = new byte[0];

  private final ModernCalls calls;
  private final KeepAlive keepAlive;

  ModernHttp(ModernCalls calls, KeepAlive keepAlive) {
    this.calls = calls;
    this.keepAlive = keepAlive;
  }

  /** Whether the head says so; what has no body to look at is told by this alone. */
  static boolean isNamedBy(HttpExchange exchange) {
    String version = exchange.header(MirroredHeaders.VERSION);
    return version != null && isModern(version.strip());
  }

  private static boolean isModern(String version) {
    // Versions are dates, and those that come are later ones.
    return version.compareTo(ProtocolVersion.V2026_07_28.wire()) >= 0
        && ProtocolVersion.of(Era.LEGACY, version).isEmpty();
  }

  /** Whether a body is for this era: a request says so itself, the rest goes by its head. */
  static boolean isFor(HttpExchange exchange, Messages.Read read) {
    for (Envelope message : read.messages()) {
      if (message.metaVersion() != null) {
        return true;
      }
    }
    return isNamedBy(exchange) && exchange.header(MirroredHeaders.METHOD) != null;
  }

  /** The other methods of HTTP mean nothing here. */
  static void refuseMethod(HttpExchange exchange, Map<String, String> headers) throws IOException {
    Refusal.of(405, "method-not-allowed", "protocol version 2026-07-28 has POST only")
        .with("Allow", "POST")
        .answer(exchange, null, headers);
  }

  void post(
      HttpExchange exchange,
      Messages.Read read,
      String path,
      Identity identity,
      Map<String, String> headers,
      boolean draining)
      throws IOException, InterruptedException {
    Envelope message = read.messages().getFirst();
    if (read.batch()) {
      Refusal.badRequest("protocol version 2026-07-28 has no batches")
          .answer(exchange, null, headers);
    } else if (message.isResponse()) {
      Refusal.badRequest("protocol version 2026-07-28 has no questions to a client to respond to")
          .answer(exchange, null, headers);
    } else if (message.isNotification()) {
      exchange.respond(202, headers, NOTHING); // none of them means anything over HTTP
    } else {
      request(exchange, message, path, identity, headers, draining);
    }
  }

  private void request(
      HttpExchange exchange,
      Envelope message,
      String path,
      Identity identity,
      Map<String, String> headers,
      boolean draining)
      throws IOException, InterruptedException {
    try (var writer = ReplyWriter.forRequest(exchange, headers, keepAlive)) {
      ModernCalls.Reply reply =
          calls.answer(
              message,
              request -> MirroredHeaders.check(exchange, request),
              path,
              identity,
              draining,
              writer);
      writer.message(reply.status(), reply.headers(), reply.message());
    }
  }
}
