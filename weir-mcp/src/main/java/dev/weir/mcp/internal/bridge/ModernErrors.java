package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.UpstreamRejectedException;
import org.jspecify.annotations.Nullable;

/** Tells errors of the modern era from all others. */
final class ModernErrors {
  private ModernErrors() {}

  /** The JSON-RPC error in the body of a refusal; null when there is none. */
  static @Nullable Envelope in(UpstreamRejectedException refusal) {
    try {
      Envelope message = Messages.read(refusal.body()).messages().getFirst();
      return message.kind() == Envelope.Kind.ERROR ? message : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** Whether no server but a modern one says this. */
  static boolean isModern(@Nullable Envelope error) {
    return switch (code(error)) {
      case JsonRpcError.HEADER_MISMATCH,
          JsonRpcError.MISSING_CLIENT_CAPABILITY,
          JsonRpcError.UNSUPPORTED_PROTOCOL_VERSION ->
          true;
      default -> false;
    };
  }

  /** The code of an error; zero, which is none, for everything else. */
  static int code(@Nullable Envelope error) {
    Integer code = error == null ? null : error.errorCode();
    return code == null ? 0 : code;
  }

  /**
   * Whether a status says something of the caller or of the moment, and nothing of the protocol.
   */
  static boolean saysNothing(int status) {
    return switch (status) {
      case 401, 402, 403, 407, 408, 421, 425, 429 -> true;
      default -> status < 400 || status >= 500;
    };
  }
}
