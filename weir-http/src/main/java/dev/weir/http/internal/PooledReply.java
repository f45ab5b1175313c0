package dev.weir.http.internal;

import dev.weir.http.BodyTooLargeException;
import dev.weir.http.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/**
 * A response, and the hold on its connection.
 *
 * <p>HttpCore's streams read on to the end of the body when they are closed, which for an event
 * stream may be never: they are never closed here. Whether the end was reached decides alone
 * whether the connection may be kept.
 *
 * <p>For one thread at a time; the call may be aborted from any.
 */
final class PooledReply implements HttpReply {
  private final PooledCall call;
  private final Hold hold;
  private final ClassicHttpResponse head;
  private final Duration keepAlive;
  private final LongSupplier nanoTime;
  private final Body body;
  private boolean closed;

  PooledReply(
      PooledCall call,
      Hold hold,
      ClassicHttpResponse head,
      Duration keepAlive,
      LongSupplier nanoTime)
      throws IOException {
    this.call = call;
    this.hold = hold;
    this.head = head;
    this.keepAlive = keepAlive;
    this.nanoTime = nanoTime;
    HttpEntity entity = head.getEntity();
    this.body =
        entity == null
            ? new Body(InputStream.nullInputStream(), 0)
            : new Body(entity.getContent(), entity.getContentLength());
  }

  @Override
  public int status() {
    return head.getCode();
  }

  @Override
  public @Nullable String header(String name) {
    Header header = head.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (Header header : head.getHeaders(name)) {
      values.add(header.getValue());
    }
    return values;
  }

  @Override
  public InputStream body() {
    return body;
  }

  @Override
  public byte[] readBody(long max) throws IOException {
    int limit = (int) Math.min(max, Integer.MAX_VALUE - 16);
    if (body.left > limit) {
      throw new BodyTooLargeException("a body of " + body.left + " bytes; at most " + limit);
    }
    byte[] all = body.readNBytes(limit + 1);
    if (all.length > limit) {
      throw new BodyTooLargeException("a body of more than " + limit + " bytes");
    }
    return all;
  }

  @Override
  public void silence(Duration silence) {
    if (!closed) {
      hold.connection().silence(silence);
    }
  }

  @Override
  public boolean drain(long max, Duration within) {
    long deadline = nanoTime.getAsLong() + within.toNanos();
    byte[] thrownAway = new byte[4096];
    try {
      for (long left = max; !body.isAtEnd(); ) {
        long time = deadline - nanoTime.getAsLong();
        if (left <= 0 || time <= 0) {
          return false;
        }
        silence(Duration.ofNanos(time));
        left -= body.read(thrownAway);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean atEnd = body.isAtEnd();
    if (atEnd) {
      hold.connection().end(keepAlive);
    }
    call.release(hold, !atEnd, body.failure);
  }

  /** The body, which knows whether its end was reached. */
  private final class Body extends InputStream {
    private final InputStream in;

    /** Bytes that are still to come; negative when the head did not say. */
    private long left;

    private boolean atEnd;
    private @Nullable IOException failure;

    Body(InputStream in, long length) {
      this.in = in;
      this.left = length;
      this.atEnd = length == 0;
    }

    boolean isAtEnd() {
      return atEnd;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (closed) {
        throw new IOException("the reply is closed");
      }
      if (atEnd) {
        return -1;
      }
      try {
        int count = in.read(to, offset, length);
        if (left > 0) {
          left -= Math.max(0, count);
        }
        atEnd = count < 0 || left == 0;
        return count;
      } catch (IOException e) {
        failure = e;
        throw call.isAborted() ? call.abortedException(e) : e;
      }
    }
  }
}
