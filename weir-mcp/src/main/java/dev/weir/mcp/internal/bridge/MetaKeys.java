package dev.weir.mcp.internal.bridge;

/** What each modern message says of itself in its {@code _meta} (2026-07-28, Basic, "_meta"). */
final class MetaKeys {
  private static final String PREFIX = "io.modelcontextprotocol/";
  static final String VERSION = PREFIX + "protocolVersion";
  static final String CLIENT_CAPABILITIES = PREFIX + "clientCapabilities";
  static final String CLIENT_INFO = PREFIX + "clientInfo";
  static final String LOG_LEVEL = PREFIX + "logLevel";
  static final String SERVER_INFO = PREFIX + "serverInfo";
  static final String SUBSCRIPTION_ID = PREFIX + "subscriptionId";

  private MetaKeys() {}
}
