package dev.weir.gateway.call;

import dev.weir.mcp.Envelope;
import java.util.List;

/** The way to a client for what belongs to no request of it. Implemented by its session. */
public interface ClientOutlet {
  /**
   * Delivers a request or notification of a server. Returns at once; kept within bounds until the
   * client listens.
   */
  void deliver(Envelope message);

  /**
   * Whether the client listens for what is delivered; true where that cannot be told. What nobody
   * listens for is kept within bounds.
   */
  default boolean isListening() {
    return true;
  }

  /** The public names of the client sessions that it leads to; none while it is nobody's. */
  default List<String> clients() {
    return List.of();
  }

  /** The server's side of the conversation has ended by itself, and cannot be recovered. */
  void upstreamEnded();
}
