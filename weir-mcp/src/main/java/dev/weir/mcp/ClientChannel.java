package dev.weir.mcp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection on a wire that carries everything in one stream, both ways: lines over
 * standard input or a socket, frames of a WebSocket, events and the POSTs that belong to them.
 *
 * <p>One thread reads; any thread writes.
 */
public interface ClientChannel extends AutoCloseable {
  /**
   * What comes next: one message or a batch; null at the end. Blocks until there is something.
   *
   * @throws MalformedMessageException for what is no message; what comes after it can be read
   * @throws IOException when nothing more can be read: the connection broke, or what comes cannot
   *     be told from messages any more
   */
  Messages.@Nullable Read read() throws IOException, MalformedMessageException;

  /**
   * Writes one message, never mixed with another. Blocks while the client does not read, within a
   * bound that the wire sets.
   *
   * @throws IOException when the client has left, or did not read for too long
   */
  void write(Envelope message) throws IOException;

  /** What it is and where it comes from, for people; never a secret. */
  String describe();

  /** Ends the connection; who reads or writes learns of it. A second call does nothing. */
  @Override
  void close();
}
