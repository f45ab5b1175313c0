package dev.weir.mcp.internal.codec;

import dev.weir.mcp.Envelope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One message a line (MCP, stdio transport), both directions. */
public final class LineFraming {
  private LineFraming() {}

  /** A line that is longer than the reader was told to bear. */
  public static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    LineTooLongException(long limit) {
      super("a line of more than " + limit + " bytes, which is the limit");
    }
  }

  /** Reads lines. Belongs to one thread. */
  public static final class Reader {
    private static final int CHUNK = 16_384;

    private final InputStream in;
    private final long limit;
    private final byte[] buffer = new byte[CHUNK];
    private int at;
    private int filled;

    public Reader(InputStream in, long limit) {
      this.in = in;
      this.limit = limit;
    }

    /**
     * The next line without its line feed, in an array of its own; null at the end. A last line
     * that has no line feed counts.
     *
     * @throws LineTooLongException as soon as a line is longer than the limit
     */
    public byte @Nullable [] next() throws IOException {
      byte[] line = new byte[0];
      int length = 0;
      while (true) {
        if (at == filled) {
          filled = Math.max(0, in.read(buffer, 0, CHUNK));
          at = 0;
          if (filled == 0) return length == 0 ? null : Arrays.copyOf(line, length);
        }
        int end = at;
        while (end < filled && buffer[end] != '\n') end++;
        int added = end - at;
        if ((long) length + added > limit) throw new LineTooLongException(limit);
        if (length + added > line.length) line = Arrays.copyOf(line, room(line, length + added));
        System.arraycopy(buffer, at, line, length, added);
        length += added;
        at = end;
        if (end < filled) {
          at++;
          return length == line.length ? line : Arrays.copyOf(line, length);
        }
      }
    }

    /** Most lines end within the chunk they start in: no room to spare for the first piece. */
    private static int room(byte[] line, int needed) {
      return line.length == 0 ? needed : Math.max(needed, line.length * 2);
    }
  }

  /** Writes the message and its line feed, and flushes. */
  public static void write(Envelope message, OutputStream out) throws IOException {
    message.writeTo(out);
    out.write('\n');
    out.flush();
  }
}
