package dev.weir.mcp;

/**
 * A JSON-RPC id or an MCP progress token: a JSON string or number, kept as the text that was on the
 * wire, so that a 64-bit or longer number and every escape passes unchanged.
 *
 * <p>Two ids are equal when they are the same JSON value of the same type: {@code "a"} and {@code
 * "\u0061"} are equal, {@code 1} and {@code "1"} are not.
 *
 * @param json the JSON text; a string in canonical form (only what must be escaped is escaped)
 */
public record RequestId(String json) {
  @Override
  public String toString() {
    return json;
  }
}
