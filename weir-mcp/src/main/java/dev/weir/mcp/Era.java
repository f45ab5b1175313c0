package dev.weir.mcp;

/** The two protocols that share the name MCP (2026-07-28, Basic, Versioning). */
public enum Era {
  /** 2024-11-05 to 2025-11-25: a handshake, then a session. */
  LEGACY,
  /** 2026-07-28 and later: neither; every request stands alone. */
  MODERN
}
