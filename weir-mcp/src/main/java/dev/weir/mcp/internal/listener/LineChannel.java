package dev.weir.mcp.internal.listener;

import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.internal.codec.LineFraming;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client whose messages are lines (MCP, stdio transport). A lock keeps the lines of several
 * writers apart; empty lines are skipped.
 */
public final class LineChannel implements ClientChannel {
  private final LineFraming.Reader in;
  private final OutputStream out;
  private final AutoCloseable wire;
  private final String description;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean closed;

  /**
   * @param wire what is closed with this; ends a read that blocks
   * @param maxMessage the longest line in bytes
   */
  public LineChannel(
      InputStream in, OutputStream out, AutoCloseable wire, long maxMessage, String description) {
    this.in = new LineFraming.Reader(in, maxMessage);
    this.out = new BufferedOutputStream(out);
    this.wire = wire;
    this.description = description;
  }

  @Override
  public Messages.@Nullable Read read() throws IOException, MalformedMessageException {
    while (!closed) {
      byte[] line = in.next();
      if (line == null) return null;
      if (!isBlank(line)) return Messages.read(line);
    }
    return null;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') return false;
    }
    return true;
  }

  @Override
  public void write(Envelope message) throws IOException {
    writing.lock();
    try {
      LineFraming.write(message, out);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    closed = true;
    try {
      wire.close();
    } catch (Exception e) {
      // It is closed as far as this side can close it.
    }
  }
}
