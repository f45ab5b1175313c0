package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/** Bytes that are no JSON ({@code -32700}) or no JSON-RPC message ({@code -32600}). */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final transient @Nullable RequestId id;

  public MalformedMessageException(int code, String message, @Nullable RequestId id) {
    super(message);
    this.code = code;
    this.id = id;
  }

  /** The JSON-RPC error code to answer with. */
  public int code() {
    return code;
  }

  /** The id of the faulty message, where it could be read. */
  public @Nullable RequestId id() {
    return id;
  }
}
