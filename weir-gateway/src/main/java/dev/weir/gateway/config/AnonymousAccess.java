package dev.weir.gateway.config;

/** From where clients may come whom nobody has verified. */
public enum AnonymousAccess {
  /** From this machine. */
  LOOPBACK,
  /** From wherever the listener can be reached. */
  NETWORK
}
