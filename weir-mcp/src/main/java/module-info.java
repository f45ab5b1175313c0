/** The Model Context Protocol for a gateway; everything behind {@code internal} may change. */
module dev.weir.mcp {
  requires static org.jspecify;
  requires java.net.http;
  requires jdk.net;
  requires org.apache.httpcomponents.core5.httpcore5;
  requires tools.jackson.core;
  requires transitive dev.weir.http;
  requires transitive dev.weir.tcp;

  exports dev.weir.mcp;
}
