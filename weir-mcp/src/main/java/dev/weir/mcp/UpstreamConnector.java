package dev.weir.mcp;

/** Opens conversations with one upstream. Safe for concurrent use. */
public interface UpstreamConnector extends AutoCloseable {
  /**
   * Opens one more conversation; no message has been sent on it yet.
   *
   * @throws UpstreamUnavailableException when it cannot be opened: no such command, connection
   *     refused
   */
  UpstreamTransport open(UpstreamListener listener) throws UpstreamException, InterruptedException;

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
