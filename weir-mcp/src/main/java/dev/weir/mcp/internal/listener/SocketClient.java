package dev.weir.mcp.internal.listener;

import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.internal.codec.LineFraming;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client on a socket.
 *
 * <p>The first line has to be a message. A page in somebody's browser can be made to send an HTTP
 * request to any port of this machine, with lines of its choice in the body; its first line is none
 * of its choice.
 *
 * <p>Threads: one reads, any write; {@link #close} and {@link #closeIfStuck} come from any.
 */
final class SocketClient implements ClientChannel {
  private final SocketChannel channel;
  private final ClientOutput output;
  private final LineChannel lines;
  private boolean begun;

  SocketClient(SocketChannel channel, long maxMessage, String description) {
    this.channel = channel;
    this.output = new ClientOutput(new Output());
    this.lines = new LineChannel(new Input(), output, channel, maxMessage, description);
  }

  @Override
  public Messages.@Nullable Read read() throws IOException, MalformedMessageException {
    try {
      Messages.Read read = lines.read();
      begun = true;
      return read;
    } catch (MalformedMessageException e) {
      if (begun) throw e;
      throw refused("the first line is no message of MCP: " + e.getMessage(), e);
    } catch (LineFraming.LineTooLongException e) {
      throw refused(e.getMessage() + " (limits.request-body)", e);
    }
  }

  /** Tells the client why nothing more is read from it. */
  private IOException refused(String why, Exception cause) throws IOException {
    write(Messages.error(null, JsonRpcError.INVALID_REQUEST, why, null));
    return new IOException(why, cause);
  }

  @Override
  public void write(Envelope message) throws IOException {
    lines.write(message);
  }

  /** Ends the connection of a client that does not read; whoever writes learns of it. */
  void closeIfStuck(Duration patience) {
    if (output.isStuck(patience)) close();
  }

  @Override
  public String describe() {
    return lines.describe();
  }

  @Override
  public void close() {
    lines.close();
  }

  /** The JDK's own stream over a channel has reading and writing wait for each other. */
  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(to, offset, length));
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
      while (buffer.hasRemaining()) channel.write(buffer);
    }
  }
}
