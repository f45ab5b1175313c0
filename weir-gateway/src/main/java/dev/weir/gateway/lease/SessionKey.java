package dev.weir.gateway.lease;

/**
 * Who shares an upstream session: clients of one key, and no others. The upstream is not named,
 * since each has a pool of its own.
 *
 * @param principal whose sessions; empty for everybody's
 * @param version the protocol version that the client asks for
 * @param capabilities a fingerprint of what the client declared
 */
record SessionKey(String principal, String version, String capabilities) {
  /** Goes into names and messages, so it tells neither who nor what. */
  @Override
  public String toString() {
    return version;
  }
}
