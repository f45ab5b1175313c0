package dev.weir.mcp.internal.listener;

import dev.weir.mcp.HttpExchange.BodyTooLargeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request: read once, within its bound, and remembered.
 *
 * <p>HttpCore's chunk reader is not used: it takes signs and spaces in a chunk's size, and a proxy
 * in front of us may read such a size differently.
 */
final class RequestBody {
  /** An unread body up to this size is read away to keep the connection. */
  private static final long WORTH_SKIPPING = 64 * 1024;

  private static final int MAX_TRAILERS = 100;
  private static final int MAX_SIZE_DIGITS = 15;

  private final SessionInputBuffer buffer;
  private final InputStream in;
  private final long length;
  private final long limit;
  private byte @Nullable [] content;
  private @Nullable IOException failure;

  /**
   * @param length as {@link RequestHead#bodyLength}
   */
  RequestBody(SessionInputBuffer buffer, InputStream in, long length, long limit) {
    this.buffer = buffer;
    this.in = in;
    this.length = length;
    this.limit = limit;
    if (length == 0) {
      content = new byte[0];
    }
  }

  /** Whether the next request begins where the input stands now. */
  boolean isConsumed() {
    return content != null;
  }

  /** Whether there is one still to come that the bound allows. */
  boolean isWanted() {
    return !isConsumed() && length <= limit;
  }

  boolean isWorthSkipping() {
    return isConsumed()
        || failure == null
            && length != RequestHead.CHUNKED
            && length <= Math.min(limit, WORTH_SKIPPING);
  }

  byte[] read() throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (content == null) {
      try {
        content = length == RequestHead.CHUNKED ? readChunks() : readPlain();
      } catch (SocketTimeoutException e) {
        failure = new RefusedRequestException(408, "the body did not come in time");
        throw failure;
      } catch (MessageConstraintException e) {
        failure = new RefusedRequestException(400, "line between chunks is too long");
        throw failure;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
    return content;
  }

  private byte[] readPlain() throws IOException {
    refuseBeyondLimit(length);
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) Math.min(length, 8192));
    copy(out, length);
    return out.toByteArray();
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CharArrayBuffer line = new CharArrayBuffer(32);
    for (long size = chunkSize(line); size > 0; size = chunkSize(line)) {
      refuseBeyondLimit(out.size() + size);
      copy(out, size);
      readLine(line);
      if (!line.isEmpty()) {
        throw new RefusedRequestException(400, "chunk is longer than it says");
      }
    }
    readLine(line);
    for (int trailers = 0; !line.isEmpty(); trailers++) {
      if (trailers == MAX_TRAILERS) {
        throw new RefusedRequestException(431, "more than " + MAX_TRAILERS + " trailers");
      }
      readLine(line);
    }
    return out.toByteArray();
  }

  private long chunkSize(CharArrayBuffer line) throws IOException {
    readLine(line);
    int digits = 0;
    long size = 0;
    while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0) {
      size = size << 4 | Character.digit(line.charAt(digits), 16);
      digits++;
    }
    int end = digits;
    while (end < line.length() && (line.charAt(end) == ' ' || line.charAt(end) == '\t')) {
      end++;
    }
    boolean ends = end == line.length() || line.charAt(end) == ';';
    if (digits == 0 || digits > MAX_SIZE_DIGITS || !ends) {
      throw new RefusedRequestException(400, "chunk has no valid size");
    }
    return size;
  }

  private void copy(ByteArrayOutputStream out, long count) throws IOException {
    byte[] piece = new byte[(int) Math.min(count, 8192)];
    for (long left = count; left > 0; ) {
      int n = buffer.read(piece, 0, (int) Math.min(left, piece.length), in);
      if (n < 0) {
        throw gone();
      }
      out.write(piece, 0, n);
      left -= n;
    }
  }

  private void readLine(CharArrayBuffer line) throws IOException {
    line.clear();
    if (buffer.readLine(line, in) < 0) {
      throw gone();
    }
  }

  private void refuseBeyondLimit(long size) throws BodyTooLargeException {
    if (size > limit) {
      throw new BodyTooLargeException("body is larger than " + limit + " bytes");
    }
  }

  private static ClientGoneException gone() {
    return new ClientGoneException("the client left in the middle of a body", null);
  }
}
