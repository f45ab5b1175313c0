package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.modern.ModernFault;
import dev.weir.gateway.modern.ModernRequest;
import dev.weir.gateway.modern.ModernService;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * Streamable HTTP towards clients of the modern era (2026-07-28, Transports, "Streamable HTTP"):
 * each {@code POST} is one request that stands for itself. No session, no event ids; a client that
 * closes its stream has cancelled.
 *
 * <p>Thread-safe; each exchange runs on the virtual thread of its connection.
 */
final class ModernHttp {
  private static final byte[] NOTHING = new byte[0];

  private final ModernService service;
  private final KeepAlive keepAlive;

  ModernHttp(ModernService service, KeepAlive keepAlive) {
    this.service = service;
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
      try {
        ModernRequest request = ModernRequest.read(message);
        MirroredHeaders.check(exchange, request);
        request.checkVersion();
        if (draining && !service.isOfRunningCall(request)) {
          refuse(writer, message, Refusal.busy("the gateway is shutting down"));
          return;
        }
        serve(writer, request, path, identity);
      } catch (ModernFault e) {
        writer.message(e.status(), Map.of(), e.toMessage(Objects.requireNonNull(message.id())));
      }
    }
  }

  private void serve(ReplyWriter writer, ModernRequest request, String path, Identity identity)
      throws ModernFault, IOException, InterruptedException {
    ModernService.Reply reply;
    try {
      reply = service.serve(request, path, identity, writer);
    } catch (LimitReachedException e) {
      refuse(writer, request.message(), Refusal.of(e));
      return;
    } catch (UpstreamException e) {
      reply = ModernService.failed(e, request);
    }
    writer.message(reply.status(), Map.of(), reply.message());
  }

  private static void refuse(ReplyWriter writer, Envelope request, Refusal refusal)
      throws IOException {
    writer.message(refusal.status(), refusal.headers(), refusal.toMessage(request.id()));
  }
}
