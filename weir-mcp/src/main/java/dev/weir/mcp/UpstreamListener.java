package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/**
 * Hears what belongs to no request. Runs on the transport's own thread: return soon, block never.
 */
public interface UpstreamListener {
  /** A request or notification of the upstream that belongs to no request in flight. */
  void unsolicited(Envelope message);

  /**
   * The conversation has ended without being closed from this side: the process died, the wire
   * broke. Called at most once, after requests in flight have failed.
   */
  void ended(@Nullable Throwable cause);
}
