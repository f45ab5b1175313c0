package dev.weir.mcp;

/** Opens conversations with one upstream. Safe for concurrent use. */
public interface UpstreamConnector extends AutoCloseable {
  /**
   * Opens one more conversation of the legacy era; no message has been sent on it yet.
   *
   * @throws UpstreamUnavailableException when it cannot be opened: no such command, connection
   *     refused
   */
  UpstreamTransport open(UpstreamListener listener) throws UpstreamException, InterruptedException;

  /**
   * The era that a conversation with this upstream is best held in: {@link Era#MODERN} where it
   * speaks a modern version, whether or not it speaks legacy ones as well. Remembered; asks the
   * upstream where that is not known, and then blocks until it has answered.
   *
   * @throws UpstreamException when the upstream did not say: it could not be reached, refused the
   *     gateway's credentials, or was silent
   */
  default Era era() throws UpstreamException, InterruptedException {
    return Era.LEGACY;
  }

  /**
   * Opens one more conversation in which each request is a modern one, as its client wrote it, with
   * the version in its {@code _meta}. Only where {@link #era} is {@link Era#MODERN}.
   *
   * @throws UpstreamUnavailableException when it cannot be opened, or on a wire that has no modern
   *     form
   */
  default UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    throw new UpstreamUnavailableException("this upstream speaks no modern version of MCP", null);
  }

  /**
   * Whether an upstream that does not answer {@code server/discover}, or ends the connection
   * instead, is taken for a legacy one, as the specification wants it of wires that have no status
   * to say it with (2026-07-28, Transports, "stdio", Backward Compatibility).
   */
  default boolean isSilenceLegacy() {
    return false;
  }

  /**
   * Processes, so far, that ended neither by themselves nor when they were asked to, so that they,
   * or what they had started, were killed. Zero where there are none.
   */
  default long killed() {
    return 0;
  }

  /** Sockets, open now, that each belong to one conversation and to no pool. */
  default int sockets() {
    return 0;
  }

  /** Ends every conversation that is still open. */
  @Override
  void close();
}
