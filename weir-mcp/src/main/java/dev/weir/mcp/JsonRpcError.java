package dev.weir.mcp;

/** The error codes that a gateway answers with itself (JSON-RPC 2.0, section 5.1). */
public final class JsonRpcError {
  public static final int PARSE_ERROR = -32700;
  public static final int INVALID_REQUEST = -32600;
  public static final int METHOD_NOT_FOUND = -32601;
  public static final int INVALID_PARAMS = -32602;
  public static final int INTERNAL_ERROR = -32603;

  /** 2026-07-28: a header field says something else than the body that it mirrors. */
  public static final int HEADER_MISMATCH = -32020;

  /** 2026-07-28: the request needs a capability that its client has not declared. */
  public static final int MISSING_CLIENT_CAPABILITY = -32021;

  /** 2026-07-28: the server does not speak the version that the request names. */
  public static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

  private JsonRpcError() {}
}
