package dev.weir.mcp.internal.listener;

import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection and the virtual thread that serves it: a request, the handler, the
 * answer, and so on.
 *
 * <p>States: IDLE (between requests) → BUSY, when the first byte of a request is there; BUSY →
 * IDLE, after its answer; either → CLOSED, for ever. The connection's thread makes the first two
 * moves; {@link #closeIfIdle} and {@link #close} may come from any thread. One compare-and-set
 * decides whether a request that arrives while the server drains is served or its connection
 * closed.
 *
 * <p>Draining: the server sets its flag and then closes whom it finds IDLE; a connection becomes
 * IDLE and then looks at the flag. Both are volatile, so one of them sees the other and no
 * connection stays behind. {@code DrainTest} fails without the second look.
 *
 * <p>Everything else belongs to the connection's thread; what it shares with a watcher is argued in
 * {@link ClientInput}.
 */
final class ClientConnection implements Runnable {
  private static final Logger LOG = System.getLogger("dev.weir.mcp.listener");

  /** HttpCore takes this twice, for the buffer and for a line that crosses its end. */
  private static final int INPUT_BUFFER = 2048;

  private static final int MAX_LINE = 16 * 1024;
  private static final int MAX_HEAD = 32 * 1024;

  /** How long and how much is read away so that a last answer is not lost in a reset. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final long LINGER_BYTES = 32L * 1024 * 1024;

  private enum State {
    IDLE,
    BUSY,
    CLOSED
  }

  private final Socket socket;

  /** TLS over the socket, or the socket. */
  private final Socket wire;

  private final HttpServer.Options options;
  private final HttpExchange.Handler handler;
  private final BooleanSupplier draining;
  private final Consumer<ClientConnection> onEnd;
  private final InetSocketAddress remote;
  private final InetSocketAddress local;
  private final ClientInput input;
  private final ClientOutput output;
  private final SessionInputBufferImpl buffer = new SessionInputBufferImpl(INPUT_BUFFER, MAX_LINE);
  private final HeadReader heads;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final Thread thread;

  ClientConnection(
      Socket socket,
      HttpServer.Options options,
      HttpExchange.Handler handler,
      BooleanSupplier draining,
      Consumer<ClientConnection> onEnd)
      throws IOException {
    this.socket = socket;
    this.wire = options.security() == null ? socket : options.security().over(socket);
    this.options = options;
    this.handler = handler;
    this.draining = draining;
    this.onEnd = onEnd;
    this.remote = (InetSocketAddress) socket.getRemoteSocketAddress();
    this.local = (InetSocketAddress) socket.getLocalSocketAddress();
    this.input = new ClientInput(wire);
    this.output = new ClientOutput(wire.getOutputStream());
    this.heads = new HeadReader(buffer, input);
    this.thread = Thread.ofVirtual().name("weir-client-" + remote.getPort()).unstarted(this);
  }

  void start() {
    thread.start();
  }

  InetSocketAddress remote() {
    return remote;
  }

  InetSocketAddress local() {
    return local;
  }

  /** What the client has shown, and TLS has verified. The handshake is over. */
  List<X509Certificate> clientCertificates() {
    try {
      return wire instanceof SSLSocket tls
          ? Arrays.stream(tls.getSession().getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toList()
          : List.of();
    } catch (SSLPeerUnverifiedException e) {
      return List.of(); // it has shown none
    }
  }

  ClientInput input() {
    return input;
  }

  boolean isDraining() {
    return draining.getAsBoolean();
  }

  /** The time for a body runs from the moment it is asked for. */
  void beginBody() {
    input.deadlineIn(options.headTimeout());
  }

  /** The connection as it is after the head of the request that is being served. */
  HttpExchange.Upgraded upgraded() {
    return new Upgraded();
  }

  /** What the client has sent already lies in the buffer, and comes first. */
  private final class Upgraded extends InputStream implements HttpExchange.Upgraded {
    @Override
    public InputStream input() {
      return this;
    }

    @Override
    public OutputStream output() {
      return output;
    }

    @Override
    public void silence(Duration atMost) {
      input.deadlineIn(atMost);
    }

    @Override
    public long maxMessage() {
      return options.maxBody();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return buffer.read(to, offset, length, input);
    }
  }

  @Override
  public void run() {
    try {
      Duration patience = options.headTimeout();
      while (awaitRequest(patience) && serve() && becomeIdle()) {
        patience = options.keepAlive();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "connection of " + remote + " ended: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "connection of " + remote + " ended by a defect", e);
    } finally {
      sayGoodbye();
      close();
      onEnd.accept(this);
    }
  }

  /** Without it a client cannot tell the end of TLS from a connection that somebody has cut. */
  private void sayGoodbye() {
    if (wire == socket) {
      return;
    }
    try {
      wire.setSoTimeout(0); // or closing waits that long for the client's own goodbye
      output.end(wire);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "the end of TLS with " + remote + ": " + e.getMessage());
    }
  }

  /** False when none came. */
  private boolean awaitRequest(Duration patience) throws IOException {
    if (!buffer.hasBufferedData()) {
      input.deadlineIn(patience);
      if (buffer.fillBuffer(input) < 0) {
        return false;
      }
    }
    return state.compareAndSet(State.IDLE, State.BUSY);
  }

  private boolean becomeIdle() {
    return state.compareAndSet(State.BUSY, State.IDLE) && !isDraining();
  }

  /** False when the connection is to be closed. */
  private boolean serve() throws IOException {
    RequestHead head;
    try {
      input.deadlineIn(options.headTimeout());
      input.beginHead(MAX_HEAD);
      head = heads.read();
      input.endHead();
    } catch (RefusedRequestException e) {
      return refuse(e.status, e.getMessage());
    } catch (MessageConstraintException e) {
      return refuse(431, "line in the request head is too long");
    } catch (SocketTimeoutException e) {
      return refuse(408, "the request head did not come in time");
    }
    RequestBody body = new RequestBody(buffer, input, head.bodyLength(), options.maxBody());
    boolean headOnly = head.method().equals("HEAD");
    var writer = new ResponseWriter(output, headOnly, head.http10());
    Exchange exchange = new Exchange(head, body, writer, this);
    boolean goesOn = handle(head, exchange) && exchange.finish();
    if (!goesOn && !output.isBroken() && (!body.isConsumed() || input.available() > 0)) {
      linger();
    }
    return goesOn;
  }

  /** False when the answer cannot be completed or must be the last. */
  private boolean handle(RequestHead head, Exchange exchange) throws IOException {
    try {
      if (head.target().isAsterisk()) {
        exchange.respond(204, Map.of(), new byte[0]);
      } else {
        handler.handle(exchange);
      }
      if (exchange.isAnswered()) {
        return true;
      }
      // For a client that left, no answer is the right one.
      Level level = input.hasEnded() ? Level.DEBUG : Level.ERROR;
      LOG.log(level, "{0} {1}: the handler gave no answer", head.method(), exchange.path());
    } catch (HttpExchange.BodyTooLargeException e) {
      return answerFailure(exchange, 413, "body is larger than " + options.maxBody() + " bytes");
    } catch (RefusedRequestException e) {
      return answerFailure(exchange, e.status, e.getMessage());
    } catch (ClientGoneException e) {
      LOG.log(Level.DEBUG, () -> "client " + remote + " left: " + e.getMessage());
      return false;
    } catch (Exception | Error e) {
      boolean left = e instanceof IOException && input.hasEnded();
      if (left || output.isBroken() || state.get() == State.CLOSED || isClientsDoing(e)) {
        LOG.log(Level.DEBUG, () -> "handler for client " + remote + ", which is gone: " + e);
        return false;
      }
      LOG.log(Level.ERROR, head.method() + " " + exchange.path() + ": the handler failed", e);
    } finally {
      exchange.end();
      // A flag that a handler left set would close the socket at the next read.
      if (state.get() != State.CLOSED) {
        Thread.interrupted();
      }
    }
    return answerFailure(exchange, 500, "internal error");
  }

  /** Handlers wrap what they catch. */
  private static boolean isClientsDoing(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClientGoneException) {
        return true;
      }
    }
    return false;
  }

  private static boolean answerFailure(Exchange exchange, int status, @Nullable String message)
      throws IOException {
    if (exchange.isAnswered()) {
      return false;
    }
    exchange.respond(status, Map.of("Content-Type", "application/json"), json(message));
    return true;
  }

  /** Answers a request that never became an exchange. */
  private boolean refuse(int status, @Nullable String message) throws IOException {
    LOG.log(Level.DEBUG, () -> "client " + remote + ": " + status + ", " + message);
    input.endHead();
    new ResponseWriter(output, false, false)
        .writeWhole(status, Map.of("Content-Type", "application/json"), json(message), false);
    linger();
    return false;
  }

  /** The messages are constants of this package and need no escaping. */
  private static byte[] json(@Nullable String message) {
    return ("{\"error\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Ends our half and reads the rest of the client's. Closing a socket with unread input resets the
   * connection, and a reset may overtake the answer that is on its way (RFC 9112, 9.6).
   */
  private void linger() throws IOException {
    wire.shutdownOutput();
    input.deadlineIn(LINGER);
    byte[] rest = new byte[4096];
    for (long read = 0; read < LINGER_BYTES; ) {
      int n = input.read(rest, 0, rest.length);
      if (n < 0) {
        return;
      }
      read += n;
    }
  }

  /** Ends a connection whose client does not read; the handler's write then fails. */
  void closeIfStuck() {
    if (output.isStuck(options.writeTimeout())) {
      LOG.log(Level.DEBUG, () -> "client " + remote + " does not read its answer");
      closeSocket();
    } else if (input.isOverdue(options.writeTimeout())) {
      LOG.log(Level.DEBUG, () -> "client " + remote + " does not end what it has begun to send");
      closeSocket();
    }
  }

  /** Ends a connection that is not in an exchange. */
  void closeIfIdle() {
    if (state.compareAndSet(State.IDLE, State.CLOSED)) {
      if (wire == socket) {
        closeSocket();
      } else {
        endInput();
      }
    }
  }

  /** The connection's thread reads the end, and has a goodbye to say. */
  private void endInput() {
    try {
      socket.shutdownInput();
    } catch (IOException e) {
      closeSocket();
    }
  }

  /** Ends the connection at once, and with it a handler that waits. */
  void close() {
    if (state.getAndSet(State.CLOSED) == State.BUSY) {
      input.endExchange(); // we leave, not the client
      closeSocket();
      if (Thread.currentThread() != thread) {
        thread.interrupt();
      }
    } else {
      closeSocket();
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "closing " + remote + ": " + e);
    }
  }
}
