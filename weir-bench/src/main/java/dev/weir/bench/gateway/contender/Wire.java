package dev.weir.bench.gateway.contender;

import java.util.Locale;

/** What a server or a client speaks. */
public enum Wire {
  STDIO,
  /** Streamable HTTP with sessions. */
  HTTP,
  /** HTTP+SSE, of 2024-11-05. */
  SSE,
  WEBSOCKET,
  TCP,
  /** Streamable HTTP of 2026-07-28, without sessions. */
  MODERN,
  /** A server within the gateway itself. */
  IN_PROCESS;

  /** As people write it. */
  public String title() {
    return switch (this) {
      case STDIO, IN_PROCESS -> id();
      case HTTP, TCP -> name();
      case SSE -> "HTTP+SSE";
      case WEBSOCKET -> "WebSocket";
      case MODERN -> "HTTP (2026-07-28)";
    };
  }

  /** As pages and options name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
