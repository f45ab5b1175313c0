package dev.weir.http.internal;

import dev.weir.http.BodyTooLargeException;
import dev.weir.http.HttpOptions;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.IdentityInputStream;
import org.apache.hc.core5.http.io.SessionInputBuffer;

/**
 * HttpCore's view of a connection whose bodies have a bound.
 *
 * <p>The error comes out of the body rather than out of the request: HttpClient would send a
 * request a second time that failed, and closes the connection of a body that failed. Closing the
 * body reads on to its end, as HttpClient expects, and within the same bound.
 */
final class BoundedWire extends DefaultBHttpClientConnection {
  private final Http1Config config;
  private final long max;
  private final String peer;

  /**
   * @param peer what to call the other side
   */
  BoundedWire(HttpOptions options, String peer) {
    this(HttpConnection.config(options), options.maxBody(), peer);
  }

  private BoundedWire(Http1Config config, long max, String peer) {
    super(config);
    this.config = config;
    this.max = max;
    this.peer = peer;
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream in) {
    if (length > max) {
      return new Refused(length);
    }
    if (length == ContentLengthStrategy.CHUNKED) {
      return new Chunked(buffer, in);
    }
    return length < 0
        ? new UntilClosed(buffer, in)
        : super.createContentInputStream(length, buffer, in);
  }

  private BodyTooLargeException tooLarge(String size) {
    return new BodyTooLargeException(
        peer + ": a body of " + size + " bytes, at most " + max + " are read (max-body)");
  }

  /** What may still come. */
  private final class Allowance {
    private long left = max;

    int take(int count) throws BodyTooLargeException {
      left -= Math.max(0, count);
      if (left < 0) {
        throw tooLarge("more than " + max);
      }
      return count;
    }
  }

  private final class Refused extends InputStream {
    private final long length;

    Refused(long length) {
      this.length = length;
    }

    @Override
    public int read() throws IOException {
      throw tooLarge(Long.toString(length));
    }

    @Override
    public int read(byte[] to, int offset, int count) throws IOException {
      throw tooLarge(Long.toString(length));
    }

    @Override
    public void close() throws IOException {
      throw tooLarge(Long.toString(length));
    }
  }

  /** Still HttpCore's own type, by which HttpClient finds the trailers. */
  private final class Chunked extends ChunkedInputStream {
    private final Allowance allowance = new Allowance();

    Chunked(SessionInputBuffer buffer, InputStream in) {
      super(buffer, in, config);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      int unused = allowance.take(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] to, int offset, int count) throws IOException {
      return allowance.take(super.read(to, offset, count));
    }
  }

  private final class UntilClosed extends IdentityInputStream {
    private final Allowance allowance = new Allowance();

    UntilClosed(SessionInputBuffer buffer, InputStream in) {
      super(buffer, in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      int unused = allowance.take(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] to, int offset, int count) throws IOException {
      return allowance.take(super.read(to, offset, count));
    }
  }
}
