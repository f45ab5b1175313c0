package dev.weir.gateway.modern;

/** The names in {@code _meta} that mean something here (2026-07-28, Basic, "_meta"). */
final class Meta {
  static final String VERSION = "io.modelcontextprotocol/protocolVersion";
  static final String CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
  static final String CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";
  static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
  static final String SERVER_INFO = "io.modelcontextprotocol/serverInfo";

  /** Weir's own: names the upstream session that a request goes on in. */
  static final String HANDLE = "dev.weir/handle";

  private Meta() {}
}
