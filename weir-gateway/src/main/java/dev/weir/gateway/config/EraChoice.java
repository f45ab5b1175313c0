package dev.weir.gateway.config;

/** Which protocol an upstream speaks, as far as the operator says. */
public enum EraChoice {
  /** What it turns out to speak. */
  AUTO,
  /** With a session: until 2025-11-25. */
  LEGACY,
  /** Without: from 2026-07-28 on. */
  MODERN
}
