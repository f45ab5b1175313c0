package dev.weir.mcp;

/**
 * The two protocols that share the name MCP. Weir serves {@link #LEGACY} today; whatever speaks
 * {@link #MODERN} belongs beside it in the same packages: {@code internal.upstream} and {@code
 * internal.listener} for its wire, {@code internal.bridge} between the two.
 */
public enum Era {
  /** 2024-11-05 to 2025-11-25: a handshake, then a session. */
  LEGACY,
  /** 2026-07-28 and later: neither; every request stands alone. */
  MODERN
}
