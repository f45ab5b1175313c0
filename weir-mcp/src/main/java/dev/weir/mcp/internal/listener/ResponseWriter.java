package dev.weir.mcp.internal.listener;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;
import org.apache.hc.core5.http.impl.io.ChunkedOutputStream;
import org.apache.hc.core5.http.impl.io.SessionOutputBufferImpl;
import org.apache.hc.core5.http.protocol.HttpDateGenerator;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * Writes one answer. Lives as long as the exchange, so that an idle connection holds no output
 * buffer.
 */
final class ResponseWriter {
  private static final int BUFFER = 4096;
  private static final int CHUNK = 2048;

  private final ClientOutput out;
  private final SessionOutputBufferImpl buffer = new SessionOutputBufferImpl(BUFFER);
  private final boolean headOnly;
  private final boolean http10;

  /**
   * @param headOnly answers to HEAD carry no body
   */
  ResponseWriter(ClientOutput out, boolean headOnly, boolean http10) {
    this.out = out;
    this.headOnly = headOnly;
    this.http10 = http10;
  }

  void writeContinue() throws IOException {
    writeLine("HTTP/1.1 100 Continue");
    writeLine("");
    buffer.flush(out);
  }

  void writeUpgrade(Map<String, String> headers) throws IOException {
    writeLine("HTTP/1.1 101 Switching Protocols");
    writeLine("Connection: Upgrade");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      writeLine(header.getKey() + ": " + header.getValue());
    }
    writeLine("");
    buffer.flush(out);
  }

  /** Whether a streamed body can be told from what follows it. */
  boolean canDelimit(int status) {
    return !http10 || headOnly || !mayHaveBody(status);
  }

  void writeWhole(int status, Map<String, String> headers, byte[] body, boolean keepAlive)
      throws IOException {
    writeHead(status, headers, keepAlive);
    boolean mayHaveBody = mayHaveBody(status);
    if (mayHaveBody) {
      writeLine("Content-Length: " + body.length);
    }
    writeLine("");
    if (mayHaveBody && !headOnly) {
      buffer.write(body, out);
    }
    buffer.flush(out);
  }

  /** The head goes out with the first flush. */
  OutputStream writeStreaming(int status, Map<String, String> headers, boolean keepAlive)
      throws IOException {
    writeHead(status, headers, keepAlive);
    boolean hasBody = mayHaveBody(status) && !headOnly;
    if (mayHaveBody(status) && !http10) {
      writeLine("Transfer-Encoding: chunked");
    }
    writeLine("");
    if (hasBody && !http10) {
      return new ChunkedOutputStream(buffer, out, CHUNK);
    }
    return new PlainBody(hasBody);
  }

  private void writeHead(int status, Map<String, String> headers, boolean keepAlive)
      throws IOException {
    String reason = EnglishReasonPhraseCatalog.INSTANCE.getReason(status, Locale.ROOT);
    writeLine("HTTP/1.1 " + status + " " + (reason == null ? "" : reason));
    writeLine("Date: " + HttpDateGenerator.INSTANCE.getCurrentDate());
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (!isOurs(header.getKey())) {
        writeLine(header.getKey() + ": " + header.getValue());
      }
    }
    if (!keepAlive) {
      writeLine("Connection: close");
    } else if (http10) {
      writeLine("Connection: keep-alive");
    }
  }

  /** What says where an answer ends and what becomes of the connection is not the handler's. */
  private static boolean isOurs(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "connection", "content-length", "date", "keep-alive", "transfer-encoding" -> true;
      default -> false;
    };
  }

  /** RFC 9112, 6.3. */
  private static boolean mayHaveBody(int status) {
    return status >= 200 && status != 204 && status != 304;
  }

  /** HttpCore writes a line break or any other control character as a question mark. */
  private void writeLine(String text) throws IOException {
    CharArrayBuffer line = new CharArrayBuffer(text.length());
    line.append(text);
    buffer.writeLine(line, out);
  }

  /** A body that ends with the connection, or that stays unsent. */
  private final class PlainBody extends OutputStream {
    private final boolean sent;
    private boolean closed;

    PlainBody(boolean sent) {
      this.sent = sent;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      if (closed) {
        throw new IOException("the answer is closed");
      }
      if (sent) {
        buffer.write(from, offset, length, out);
      }
    }

    @Override
    public void flush() throws IOException {
      buffer.flush(out);
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        buffer.flush(out);
      }
    }
  }
}
