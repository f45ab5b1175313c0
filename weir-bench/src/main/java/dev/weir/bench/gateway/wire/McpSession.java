package dev.weir.bench.gateway.wire;

import java.io.IOException;

/**
 * One conversation of a client with a server, from initialize to its end. For one thread at a time.
 */
public interface McpSession extends AutoCloseable {
  /** Says initialize and initialized, and returns when the server has taken both. */
  void open() throws IOException;

  /**
   * Calls a tool and returns the message that answers, as it came.
   *
   * @param arguments JSON text
   * @throws IOException also when the answer is an error
   */
  String call(String tool, String arguments) throws IOException;

  /** Ends the session as the protocol asks for it. */
  @Override
  void close() throws IOException;
}
