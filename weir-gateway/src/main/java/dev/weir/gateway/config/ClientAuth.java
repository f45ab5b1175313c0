package dev.weir.gateway.config;

/** Whether clients show a certificate. */
public enum ClientAuth {
  /** Nobody gets through the handshake without one. */
  REQUIRED,
  /** Who has none is known by a token, if at all. */
  OPTIONAL
}
