package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import tools.jackson.databind.JsonNode;

/** What a legacy server's errors are in the modern era: the table of {@code docs/bridge.md}. */
final class LegacyErrors {
  private static final int RESOURCE_NOT_FOUND = -32002;
  private static final int FIRST_RESERVED = -32020;
  private static final int LAST_RESERVED = -32099;

  private LegacyErrors() {}

  /** An error and the HTTP status that it comes with. */
  record Modern(int status, Envelope message) {}

  static Modern of(Envelope error, RequestId id) {
    int code = error.errorCode() == null ? JsonRpcError.INTERNAL_ERROR : error.errorCode();
    if (code == JsonRpcError.METHOD_NOT_FOUND) {
      return new Modern(404, error.withId(id));
    }
    if (code == RESOURCE_NOT_FOUND) {
      return new Modern(200, with(error, id, JsonRpcError.INVALID_PARAMS));
    }
    if (code <= FIRST_RESERVED && code >= LAST_RESERVED) {
      // Reserved now: a modern client would read into it what its server never meant.
      return new Modern(200, with(error, id, JsonRpcError.INTERNAL_ERROR));
    }
    return new Modern(200, error.withId(id));
  }

  private static Envelope with(Envelope error, RequestId id, int code) {
    JsonNode message = Results.tree(error.member("message"));
    return Messages.error(id, code, message.asString("error"), error.member("data"));
  }
}
