package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.WebSocketOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over a WebSocket with the subprotocol {@code mcp}: one text is one message. In the
 * legacy era the socket is the session; in the modern one each request stands for itself.
 *
 * <p><b>Threads.</b> The JDK's client calls {@link Hearing} on one thread after the other, and
 * reads on only when that has asked for more: a slow client of this side slows the server down.
 * Whoever says something waits under {@code writing} until the system has taken it, for as long as
 * {@code writeTimeout}. A thread of its own asks for signs of life.
 *
 * <p><b>The end</b> comes once, whichever is first: this side closes, the server closes, the socket
 * breaks, nothing is heard for three pings, a message is too long, or none is taken in time. What
 * is told of it is the {@link Correlator}'s business.
 */
final class WebSocketUpstream implements UpstreamTransport {
  private static final int SILENT_PINGS = 3;
  private static final int LARGE = 65_536;

  private final WebSocketOptions options;
  private final OpenConversations open;
  private final Era era;
  private final Correlator correlator;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ReentrantLock writing = new ReentrantLock();
  private final LongAdder rubbish = new LongAdder();
  private CompletableFuture<?> lastWrite = CompletableFuture.completedFuture(null);
  private volatile @Nullable WebSocket socket;
  private volatile long heardAt = System.nanoTime();

  private WebSocketUpstream(
      WebSocketOptions options, UpstreamListener listener, OpenConversations open, Era era) {
    this.options = options;
    this.open = open;
    this.era = era;
    this.correlator = new Correlator(options.name(), listener, this::write, Mailbox.PATIENCE, era);
  }

  /** Connects and shakes hands. */
  static WebSocketUpstream open(
      WebSocketOptions options,
      HttpClient client,
      UpstreamListener listener,
      OpenConversations open,
      Era era)
      throws UpstreamException, InterruptedException {
    var upstream = new WebSocketUpstream(options, listener, open, era);
    open.add(upstream);
    boolean opened = false;
    try {
      upstream.connect(client);
      Thread.ofVirtual().name(options.name() + "-ping").start(upstream::askForSignsOfLife);
      opened = true;
      return upstream;
    } finally {
      if (!opened) {
        upstream.close();
      }
    }
  }

  private void connect(HttpClient client) throws UpstreamException, InterruptedException {
    CompletableFuture<WebSocket> opening = null;
    try {
      WebSocket.Builder builder =
          client.newWebSocketBuilder().connectTimeout(options.connectTimeout()).subprotocols("mcp");
      options.headers().forEach(builder::header);
      opening = builder.buildAsync(options.url(), new Hearing());
      socket =
          opening.get(options.connectTimeout().multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw notOpened(e.getCause());
    } catch (TimeoutException | IllegalArgumentException e) {
      throw notOpened(e);
    } finally {
      if (opening != null && socket == null) {
        opening.thenAccept(WebSocket::abort); // it came too late
        opening.cancel(true);
      }
    }
  }

  private UpstreamException notOpened(@Nullable Throwable why) {
    if (why instanceof WebSocketHandshakeException refused) {
      int status = refused.getResponse().statusCode();
      return new UpstreamRejectedException(
          options + ": refused to become a WebSocket with HTTP " + status,
          status,
          Map.of(),
          new byte[0]);
    }
    String text = why == null || why.getMessage() == null ? String.valueOf(why) : why.getMessage();
    // Twice: whoever judges endpoints finds that there is no connection.
    IOException cause = new IOException(text, new IOException(text, why));
    return new UpstreamUnavailableException(options + ": not opened: " + text, cause);
  }

  /** The way of messages to the server. */
  private long write(Envelope message) throws UpstreamException, IOException, InterruptedException {
    writing.lockInterruptibly();
    try {
      lastWrite.get(options.writeTimeout().toMillis(), TimeUnit.MILLISECONDS);
      WebSocket open = socket;
      if (open == null || open.isOutputClosed()) {
        throw new IOException("the connection is closed");
      }
      lastWrite = open.sendText(new String(message.toBytes(), UTF_8), true);
      lastWrite.get(options.writeTimeout().toMillis(), TimeUnit.MILLISECONDS);
      return 0;
    } catch (ExecutionException e) {
      throw new IOException("the connection broke: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      String why = "the server takes no more input";
      end(why, e);
      throw new OutcomeUnknownException(
          options + ", " + message.method() + ": " + why + "; outcome unknown, not sent again", e);
    } finally {
      writing.unlock();
    }
  }

  private void askForSignsOfLife() {
    try {
      Duration interval = options.pingInterval();
      while (!ended.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
        WebSocket open = socket;
        if (System.nanoTime() - heardAt > interval.multipliedBy(SILENT_PINGS).toNanos()) {
          end("the server gives no sign of life", null);
        } else if (open != null) {
          open.sendPing(ByteBuffer.allocate(0)).exceptionally(pendingOrBroken -> open);
        }
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread.
    }
  }

  /** The conversation has ended by itself, or has to. */
  private void end(String why, @Nullable Throwable broken) {
    IOException cause = new IOException(options + ": " + why, broken);
    correlator.end(new Correlator.Ending(why, cause, false));
    over();
  }

  private void over() {
    ended.countDown();
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
    this.open.remove(this);
  }

  /** What the server says, one thing after the other. */
  private final class Hearing implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      heardAt = System.nanoTime();
      if (text.length() + (long) part.length() > options.maxMessage()) {
        socket = from;
        end("the server sent a message of more than " + options.maxMessage() + " bytes", null);
        return null;
      }
      text.append(part);
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        if (text.capacity() > LARGE) {
          text.trimToSize(); // one large message must not hold its memory for ever
        }
        take(whole);
      }
      from.request(1);
      return null;
    }

    private void take(String whole) {
      try {
        Messages.read(whole.getBytes(UTF_8)).messages().forEach(correlator::received);
      } catch (MalformedMessageException e) {
        rubbish.increment();
      }
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      heardAt = System.nanoTime();
      if (last) {
        rubbish.increment();
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      heardAt = System.nanoTime();
      from.request(1);
      return null; // the JDK has answered
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
      heardAt = System.nanoTime();
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      String said = reason.isEmpty() ? "" : ", " + reason;
      String why = "the server closed the connection (" + status + said + ")";
      correlator.end(new Correlator.Ending(why, new IOException(options + ": " + why), false));
      ended.countDown();
      open.remove(WebSocketUpstream.this);
      return null; // the JDK answers with the same
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      socket = from;
      end("the connection broke: " + error.getMessage(), error);
    }
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return correlator.request(request, exchange);
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    correlator.send(message);
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) throws UpstreamException {
    throw Streamless.refusal(options.name());
  }

  @Override
  public boolean isInSession() {
    return era == Era.LEGACY;
  }

  @Override
  public String describe() {
    return "WebSocket, "
        + (era == Era.MODERN ? "modern, " : "")
        + options.url().getScheme()
        + "://"
        + options.url().getRawAuthority()
        + ", "
        + correlator.inFlight()
        + " in flight"
        + (correlator.late() > 0 ? ", " + correlator.late() + " late responses" : "")
        + (rubbish.sum() > 0 ? ", " + rubbish + " texts that are no message" : "");
  }

  /** With the close handshake, within a bound. */
  @Override
  public void close() {
    boolean first =
        correlator.end(new Correlator.Ending("the conversation was closed", null, true));
    WebSocket mine = socket;
    if (first && mine != null) {
      try {
        mine.sendClose(WebSocket.NORMAL_CLOSURE, "");
        ended.await(options.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    over();
  }
}
