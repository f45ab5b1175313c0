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

  /** Ends every conversation that is still open. */
  @Override
  void close();
}
