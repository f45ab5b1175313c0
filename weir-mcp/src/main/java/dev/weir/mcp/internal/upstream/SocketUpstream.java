package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.codec.WriteTurns;
import dev.weir.pool.Options;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpConnections;
import dev.weir.tcp.TcpOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over a TCP or Unix socket, one message a line. In the legacy era the connection is
 * the session; in the modern one each request stands for itself (2026-07-28, Transports, "stdio",
 * whose lines go over other streams, too).
 *
 * <p>Threads: a virtual thread reads lines until the end and hands each to the {@link Correlator};
 * requesting threads wait. Each message is written by a thread of its own, for an interrupt of
 * whoever writes to a socket closes it, and the conversation may be shared.
 *
 * <p>Ways to the end: this side closes; the other side closes, resets, or sends a line that is
 * longer than the limit (what follows could not be told from messages); it is silent for too long
 * while a call waits ({@link SilenceWatch}); it has vanished while nothing was under way, which TCP
 * keep-alive finds within a minute. All but the first reach {@link #windUp}, and the first who
 * tells the correlator gives the reason.
 */
final class SocketUpstream implements UpstreamTransport {
  private final SocketUpstreamOptions options;
  private final TcpConnection connection;
  private final Correlator correlator;
  private final MessageLines lines;
  private final OpenConversations open;
  private final SilenceWatch watch;
  private final Era era;
  private final Thread reader;
  private volatile long lastHeard = System.nanoTime();

  private SocketUpstream(
      SocketUpstreamOptions options,
      TcpConnection connection,
      UpstreamListener listener,
      OpenConversations open,
      SilenceWatch watch,
      Era era) {
    this.options = options;
    this.connection = connection;
    this.correlator =
        new Correlator(
            options.name(), listener, new SocketWire(options, connection), Mailbox.PATIENCE, era);
    this.era = era;
    this.lines = new MessageLines(correlator);
    this.open = open;
    this.watch = watch;
    this.reader = Thread.ofVirtual().name(options.name() + "-socket").unstarted(this::read);
  }

  /** Connects, and listens to it. */
  static SocketUpstream open(
      SocketUpstreamOptions options,
      UpstreamListener listener,
      OpenConversations open,
      SilenceWatch watch,
      Era era)
      throws UpstreamUnavailableException, InterruptedException {
    TcpConnection connection = connect(options);
    SocketUpstream upstream = new SocketUpstream(options, connection, listener, open, watch, era);
    open.add(upstream);
    upstream.reader.start();
    return upstream;
  }

  private static TcpConnection connect(SocketUpstreamOptions options)
      throws UpstreamUnavailableException, InterruptedException {
    TcpOptions tcp =
        TcpOptions.defaults()
            .withMaxFrame(options.maxMessage())
            .withConnectTimeout(options.connectTimeout());
    try {
      return TcpConnections.open(options.address(), Framing.lines(), tcp);
    } catch (InterruptedIOException e) {
      if (!(e instanceof SocketTimeoutException) && Thread.interrupted()) {
        throw new InterruptedException(e.getMessage());
      }
      throw unavailable(options, e);
    } catch (IOException e) {
      throw unavailable(options, e);
    }
  }

  private static UpstreamUnavailableException unavailable(
      SocketUpstreamOptions options, IOException e) {
    return new UpstreamUnavailableException(
        "upstream \"" + options.name() + "\": " + e.getMessage(), e);
  }

  /** The other side has the whole message only if the write went through: its end goes last. */
  private record SocketWire(
      SocketUpstreamOptions options, TcpConnection connection, WriteTurns turns)
      implements Correlator.Wire {
    SocketWire(SocketUpstreamOptions options, TcpConnection connection) {
      this(options, connection, new WriteTurns());
    }

    @Override
    public long write(Envelope message) throws IOException, InterruptedException {
      turns.take();
      turns.elsewhere(
          Thread.ofVirtual().name(options.name() + "-write"),
          () -> connection.write(message.toBytes()));
      return 0;
    }
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (request.is("subscriptions/listen")) {
      return correlator.request(request, exchange); // there may be nothing to tell for days
    }
    SilenceWatch.Call call = watch.enter(this);
    try {
      return correlator.request(request, exchange);
    } finally {
      watch.leave(call);
    }
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

  private void read() {
    try {
      while (true) {
        byte[] line = connection.read(Duration.ZERO);
        lastHeard = System.nanoTime();
        lines.take(line);
      }
    } catch (IOException e) {
      windUp(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      windUp("reading from " + options.address() + " failed: " + e, e);
    }
  }

  /** When the other side said something last. */
  long lastHeard() {
    return lastHeard;
  }

  void endAsSilent() {
    String why =
        options.address()
            + ": nothing came for "
            + Options.text(options.responseTimeout())
            + " (response-timeout) while a call waited";
    windUp(why, new SocketTimeoutException(why));
  }

  /** The other side has ended, or has to. */
  private void windUp(String why, Throwable broken) {
    IOException cause = new IOException("upstream \"" + options.name() + "\": " + why, broken);
    correlator.end(new Correlator.Ending(why, cause, false));
    connection.close();
    open.remove(this);
  }

  @Override
  public boolean isInSession() {
    return era == Era.LEGACY;
  }

  @Override
  public String describe() {
    String modern = era == Era.MODERN ? ", modern" : "";
    return "socket to " + options.address() + modern + ", " + lines.facts();
  }

  @Override
  public void close() {
    correlator.end(new Correlator.Ending("the conversation was closed", null, true));
    connection.close();
    open.remove(this);
  }
}
