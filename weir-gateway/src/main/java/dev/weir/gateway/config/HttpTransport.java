package dev.weir.gateway.config;

/** Which of the transports over HTTP an upstream speaks. */
public enum HttpTransport {
  /** Streamable HTTP, or HTTP+SSE where the server turns out to speak nothing newer. */
  AUTO,
  /** Since 2025-03-26. */
  STREAMABLE_HTTP,
  /** HTTP+SSE, of 2024-11-05. */
  SSE,
  /**
   * Sessions on WebSockets at the same place, and requests of the modern era, which have no
   * session, over Streamable HTTP: for another gateway of this kind.
   */
  WEBSOCKET
}
