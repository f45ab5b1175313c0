package dev.weir.mcp;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a request to an upstream ended, other than by an exception. */
public sealed interface Answer extends AutoCloseable {

  /**
   * Gives back what the answer still holds (a pooled connection whose stream is to be read to its
   * end). To be called after the answer has been passed on; never throws, never blocks for long.
   */
  @Override
  default void close() {}

  /**
   * The upstream's JSON-RPC response.
   *
   * @param event the response, with its position where the wire has one
   * @param streamed whether the upstream chose an event stream rather than a plain body
   * @param giveBack see {@link #close()}
   */
  record Response(ServerEvent event, boolean streamed, Runnable giveBack) implements Answer {
    @Override
    public void close() {
      giveBack.run();
    }
  }

  /**
   * The stream ended before the response: the upstream wants to be asked again with the last event
   * id (2025-11-25, SEP-1699), or the request was cancelled.
   */
  record StreamEnded() implements Answer {}

  /** Where a caller takes what comes before the answer. */
  interface Exchange {
    /**
     * A message that belongs to this request, or a position in its stream. Runs on the requesting
     * thread; while it blocks, the upstream waits.
     */
    void event(ServerEvent event) throws IOException;

    /**
     * Runs the action once, on any thread, when the client of this request has left; at once if it
     * has left already. Only wires on which leaving means something register here.
     */
    void whenClientLeaves(Runnable action);

    /**
     * The {@code MCP-Protocol-Version} to name to the upstream: the one agreed at initialize, or,
     * where a client's own request passes untouched, what that client named; null for none.
     */
    default @Nullable String protocolVersion(@Nullable String agreed) {
      return agreed;
    }

    /**
     * The {@code Mcp-Param-…} header fields of the client's request (2026-07-28, Streamable HTTP,
     * "Custom Headers from Tool Parameters"), by their names, as their values stand on the wire;
     * null where the client's wire has no header fields, so that they are made for it.
     */
    default @Nullable Map<String, String> mirrored() {
      return null;
    }
  }
}
