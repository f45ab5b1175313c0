package dev.weir.gateway.listener;

import dev.weir.gateway.journal.Note;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes what comes back for one HTTP request: a plain JSON body if the answer is all there is, an
 * event stream as soon as something comes before it, or after a long silence.
 *
 * <p>States: silent → streaming → closed, or silent → closed. Written to by the thread of the
 * request, by the {@link KeepAlive}, and by the threads of a batch; {@code lock} guards the state
 * and is held while writing, so that events do not mix.
 */
final class ReplyWriter implements UpstreamTransport.StreamSink, AutoCloseable {
  private static final byte[] COMMENT = ": \n\n".getBytes(StandardCharsets.UTF_8);

  private final HttpExchange exchange;
  private final Map<String, String> headers;
  private final KeepAlive keepAlive;
  private final Note note;
  private final boolean beginsInSilence;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable OutputStream stream;
  private boolean closed;
  private volatile long lastWrite = System.nanoTime();

  private ReplyWriter(
      HttpExchange exchange,
      Map<String, String> headers,
      KeepAlive keepAlive,
      Note note,
      boolean beginsInSilence) {
    this.exchange = exchange;
    this.note = note;
    this.beginsInSilence = beginsInSilence;
    this.headers = Map.copyOf(headers);
    this.keepAlive = keepAlive;
    keepAlive.watch(this);
  }

  /**
   * For a request: begins a stream when the answer is long in coming.
   *
   * @param note told what is written
   */
  static ReplyWriter forRequest(
      HttpExchange exchange, Map<String, String> headers, KeepAlive keepAlive, Note note) {
    return new ReplyWriter(exchange, headers, keepAlive, note, true);
  }

  /** For a standing stream: begins when the server has accepted, since it may still refuse. */
  static ReplyWriter forStream(
      HttpExchange exchange, Map<String, String> headers, KeepAlive keepAlive) {
    return new ReplyWriter(exchange, headers, keepAlive, Note.NONE, false);
  }

  /** How long nothing has been written. */
  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastWrite);
  }

  @Override
  public void opened() throws IOException {
    lock.lock();
    try {
      stream().flush();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void event(ServerEvent event) throws IOException {
    lock.lock();
    try {
      OutputStream out = stream();
      noteSent(event.message());
      Messages.writeEvent(event, out);
      out.flush();
      lastWrite = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** An event that says its type; the data has no line break. */
  void event(String type, byte[] data) throws IOException {
    lock.lock();
    try {
      OutputStream out = stream();
      out.write(("event: " + type + "\ndata: ").getBytes(StandardCharsets.UTF_8));
      out.write(data);
      out.write("\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      lastWrite = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenClientLeaves(Runnable action) {
    exchange.whenClientLeaves(action);
  }

  @Override
  public Map<String, String> mirrored() {
    return exchange.headersThatBegin("Mcp-Param-");
  }

  /** A request passes with what its client named, right or wrong. */
  @Override
  public @Nullable String protocolVersion(@Nullable String agreed) {
    return exchange.header("MCP-Protocol-Version");
  }

  /** Writes the answer: into the stream if there is one or the upstream chose one. */
  void answer(Answer answer) throws IOException {
    switch (answer) {
      case Answer.Response response when response.streamed() -> event(response.event());
      case Answer.Response response -> message(200, Map.of(), response.event().message());
      case Answer.StreamEnded ended -> opened();
    }
  }

  /**
   * Writes a message as the body, or as an event if a stream has begun, which then cannot carry the
   * status.
   */
  void message(int status, Map<String, String> further, @Nullable Envelope message)
      throws IOException {
    byte[] body = message == null ? new byte[0] : message.toBytes();
    lock.lock();
    try {
      if (stream != null) {
        event(new ServerEvent(message, null, null));
        return;
      }
      closed = true;
      Map<String, String> all = new HashMap<>(headers);
      all.put("Content-Type", "application/json");
      all.putAll(further);
      note.status(status);
      noteSent(message);
      exchange.respond(status, all, body);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells the client why there is no answer: with the upstream's own words where it used HTTP for
   * them.
   */
  void refuse(UpstreamException fault, @Nullable RequestId id) throws IOException {
    Refusal refusal = Refusal.of(fault);
    if (fault instanceof UpstreamRejectedException rejected && rejected.body().length > 0) {
      lock.lock();
      try {
        if (stream == null) {
          closed = true;
          Map<String, String> all = new HashMap<>(headers);
          all.putAll(rejected.headers());
          note.status(rejected.status());
          noteSent(id == null ? null : Refusal.toMessage(fault, id));
          exchange.respond(rejected.status(), all, rejected.body());
          return;
        }
      } finally {
        lock.unlock();
      }
    }
    message(refusal.status(), refusal.headers(), refusal.toMessage(id));
  }

  /** Says that the gateway is still there. Begins the stream if nothing was written yet. */
  void comment() {
    if (!lock.tryLock()) {
      return; // something is being written: it is not silent
    }
    try {
      if (!closed && (beginsInSilence || stream != null)) {
        OutputStream out = stream();
        out.write(COMMENT);
        out.flush();
        lastWrite = System.nanoTime();
      }
    } catch (IOException e) {
      // The client has left; the thread of its request finds out by itself.
      keepAlive.forget(this);
    } finally {
      lock.unlock();
    }
  }

  private void noteSent(@Nullable Envelope message) {
    if (message != null) {
      note.sent(message);
    }
  }

  private OutputStream stream() throws IOException {
    OutputStream out = stream;
    if (out == null) {
      if (closed) {
        throw new IOException("the answer has been written already");
      }
      Map<String, String> all = new HashMap<>(headers);
      all.put("Content-Type", "text/event-stream");
      all.put("Cache-Control", "no-cache, no-transform");
      all.put("X-Accel-Buffering", "no");
      note.status(200);
      out = exchange.respondStreaming(200, all);
      stream = out;
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    keepAlive.forget(this);
    lock.lock();
    try {
      closed = true;
      if (stream != null) {
        stream.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
