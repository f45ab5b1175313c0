package dev.weir.gateway.listener;

import dev.weir.gateway.journal.Note;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import java.io.IOException;

/**
 * Streamable HTTP towards clients of the modern era (2026-07-28, Transports, "Streamable HTTP"):
 * each {@code POST} is one request that stands for itself. No session, no event ids; a client that
 * closes its stream has cancelled.
 *
 * <p>Thread-safe; each exchange runs on the virtual thread of its connection.
 */
final class ModernHttp {
  /** The other methods of HTTP mean nothing here. */
  static final Refusal WRONG_METHOD =
      Refusal.of(405, "method-not-allowed", "protocol version 2026-07-28 has POST only")
          .with("Allow", "POST");

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

  void post(Visitor visitor, Messages.Read read, boolean draining)
      throws IOException, InterruptedException {
    Envelope message = read.messages().getFirst();
    if (read.batch()) {
      visitor.refuse(Refusal.badRequest("protocol version 2026-07-28 has no batches"));
    } else if (message.isResponse()) {
      visitor.refuse(
          Refusal.badRequest(
              "protocol version 2026-07-28 has no questions to a client to respond to"));
    } else if (message.isNotification()) {
      // None of them means anything over HTTP.
      visitor.exchange().respond(202, visitor.headers(), NOTHING);
    } else {
      request(visitor, message, draining);
    }
  }

  private void request(Visitor visitor, Envelope message, boolean draining)
      throws IOException, InterruptedException {
    HttpExchange exchange = visitor.exchange();
    try (Note note = visitor.begin(message, Era.MODERN);
        var writer = ReplyWriter.forRequest(exchange, visitor.headers(), keepAlive, note)) {
      ModernCalls.Reply reply =
          calls.answer(
              message,
              request -> MirroredHeaders.check(exchange, request),
              visitor.path(),
              visitor.principal(),
              draining,
              writer);
      writer.message(reply.status(), reply.headers(), reply.message());
    }
  }
}
