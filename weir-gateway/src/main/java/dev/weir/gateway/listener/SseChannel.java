package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Principal;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client over HTTP+SSE: what it posts is read here, what is written here are events of its
 * stream.
 *
 * <p>Posts come on threads of their own and wait in a short line; each waits a while for its place.
 * Closing sets {@code closed}, then wakes the reader; a post looks at {@code closed} after it has
 * joined the line, so none is acknowledged that nobody will read, but for those that were in line
 * when the client left.
 */
final class SseChannel implements ClientChannel {
  /** A client that has asked for a stream has something to say. */
  private static final Duration FIRST_WITHIN = Duration.ofSeconds(30);

  private static final int IN_LINE = 16;
  private static final Messages.Read END = new Messages.Read(List.of(), false);

  private final String path;
  private final Principal caller;
  private final ReplyWriter writer;
  private final String description;
  private final BlockingQueue<Messages.Read> posted = new ArrayBlockingQueue<>(IN_LINE);
  private volatile boolean closed;
  private boolean begun;

  /**
   * @param path of the route
   */
  SseChannel(String path, Principal caller, ReplyWriter writer, String description) {
    this.path = path;
    this.caller = caller;
    this.writer = writer;
    this.description = description;
  }

  /** Whether this caller has opened it, on this route, with the same rights. */
  boolean belongsTo(String path, Principal caller) {
    return this.path.equals(path) && this.caller.equals(caller);
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Puts what was posted in line.
   *
   * @return false when the line is full for that long, or the client has left
   */
  boolean post(Messages.Read read, Duration within) throws InterruptedException {
    return !closed && posted.offer(read, within.toNanos(), TimeUnit.NANOSECONDS) && !closed;
  }

  @Override
  public Messages.@Nullable Read read() throws IOException {
    try {
      Messages.Read next =
          begun ? posted.take() : posted.poll(FIRST_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
      begun = true;
      return next == null || next == END || closed ? null : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the client");
    }
  }

  @Override
  public void write(Envelope message) throws IOException {
    if (closed) {
      throw new IOException("the client's stream has ended");
    }
    writer.event("message", message.toBytes());
  }

  @Override
  public String describe() {
    return description;
  }

  /** The stream itself ends with the thread that serves it, which this wakes. */
  @Override
  public void close() {
    closed = true;
    posted.offer(END); // when there is no room for it the reader does not wait
  }
}
