package dev.weir.mcp.internal.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.internal.codec.WebSocketFrames;
import dev.weir.mcp.internal.codec.WebSocketFrames.Frame;
import dev.weir.mcp.internal.codec.WebSocketFrames.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client over a WebSocket (RFC 6455) with the subprotocol {@code mcp}: one text is one message.
 *
 * <p>States: open → closing, when either side has sent its close frame → closed, when the other has
 * answered it, or is not waited for any longer. One thread reads, and answers pings; any thread
 * writes, a lock keeps their frames apart. A client that is silent is asked for a sign of life, and
 * left when it gives none.
 *
 * <p>{@link #close} comes from any thread and does not wait: the close frame is written by a thread
 * of its own, for a client that does not read may hold the lock up. The reader wakes when the
 * client answers it, and at the latest when it would ask for a sign of life.
 */
public final class WebSocketChannel implements ClientChannel {
  private static final String SUBPROTOCOL = "mcp";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** How long a client may be silent before it is asked, and then before it is left. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final int PATIENCES = 2;

  private final HttpExchange.Upgraded wire;
  private final WebSocketFrames.Reader frames;
  private final Duration patience;
  private final String description;
  private final ReentrantLock writing = new ReentrantLock();
  private final long openedAt = System.nanoTime();
  private boolean closeSent;
  private volatile boolean closed;
  private boolean begun;

  private WebSocketChannel(HttpExchange.Upgraded wire, Duration patience, String description) {
    this.wire = wire;
    this.frames = new WebSocketFrames.Reader(wire.input(), wire.maxMessage());
    this.patience = patience;
    this.description = description;
  }

  /** Whether the client asks for one. */
  public static boolean isAsked(HttpExchange exchange) {
    return names(exchange, "Upgrade", "websocket");
  }

  /**
   * Answers the opening handshake.
   *
   * @return null when it was not in order, and the client has been told so
   */
  public static @Nullable WebSocketChannel open(HttpExchange exchange) throws IOException {
    return open(exchange, PATIENCE);
  }

  static @Nullable WebSocketChannel open(HttpExchange exchange, Duration patience)
      throws IOException {
    String fault = fault(exchange);
    if (fault != null) {
      boolean otherVersion = !"13".equals(exchange.header("Sec-WebSocket-Version"));
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Content-Type", "application/json");
      if (otherVersion) {
        headers.put("Sec-WebSocket-Version", "13");
      }
      byte[] body = ("{\"error\":\"" + fault + "\"}").getBytes(US_ASCII);
      exchange.respond(otherVersion ? 426 : 400, headers, body);
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Upgrade", "websocket");
    headers.put("Sec-WebSocket-Accept", accept(String.valueOf(exchange.header(KEY))));
    headers.put("Sec-WebSocket-Protocol", SUBPROTOCOL);
    String description = "WebSocket from " + exchange.remote().getAddress().getHostAddress();
    return new WebSocketChannel(exchange.upgrade(headers), patience, description);
  }

  private static final String KEY = "Sec-WebSocket-Key";

  private static @Nullable String fault(HttpExchange exchange) throws IOException {
    if (!exchange.method().equals("GET") || exchange.body().length > 0) {
      return "a WebSocket begins with GET and no body";
    }
    if (!"13".equals(exchange.header("Sec-WebSocket-Version"))) {
      return "only version 13 of WebSocket is spoken here";
    }
    if (!names(exchange, "Connection", "upgrade")) {
      return "Connection must name Upgrade";
    }
    if (exchange.headers(KEY).size() != 1 || !isKey(exchange.headers(KEY).getFirst())) {
      return KEY + " must be 16 bytes in base64";
    }
    if (!names(exchange, "Sec-WebSocket-Protocol", SUBPROTOCOL)) {
      return "the subprotocol " + SUBPROTOCOL + " must be offered";
    }
    return null;
  }

  private static boolean names(HttpExchange exchange, String header, String token) {
    return exchange.headers(header).stream()
        .flatMap(line -> java.util.Arrays.stream(line.split(",", -1)))
        .anyMatch(each -> each.strip().equalsIgnoreCase(token));
  }

  private static boolean isKey(String text) {
    try {
      return Base64.getDecoder().decode(text).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String accept(String key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  @Override
  public Messages.@Nullable Read read() throws IOException, MalformedMessageException {
    int silences = 0;
    while (!closed) {
      try {
        wire.silence(patience);
        Frame frame = frames.next();
        silences = 0;
        switch (frame.kind()) {
          case TEXT -> {
            begun = true;
            return Messages.read(frame.payload());
          }
          case PING -> control(Kind.PONG, frame.payload());
          case PONG -> {}
          case CLOSE -> {
            control(Kind.CLOSE, WebSocketFrames.closing(frame.status(), ""));
            return null;
          }
        }
      } catch (SocketTimeoutException e) {
        askForSignOfLife(++silences);
      } catch (WebSocketFrames.BrokenRuleException e) {
        throw leave(e);
      }
    }
    return null;
  }

  private void askForSignOfLife(int silences) throws IOException {
    // However well it answers pings.
    boolean late = System.nanoTime() - openedAt >= patience.multipliedBy(PATIENCES).toNanos();
    if (!begun && late) {
      throw leave(
          new WebSocketFrames.BrokenRuleException(
              WebSocketFrames.POLICY, "the client said nothing"));
    }
    if (silences > PATIENCES) {
      throw new IOException("the client gives no sign of life");
    }
    control(Kind.PING, new byte[0]);
  }

  private IOException leave(WebSocketFrames.BrokenRuleException why) throws IOException {
    String reason = String.valueOf(why.getMessage());
    control(Kind.CLOSE, WebSocketFrames.closing(why.status(), reason));
    return why;
  }

  /** Nothing follows a close frame. */
  private void control(Kind kind, byte[] payload) throws IOException {
    writing.lock();
    try {
      if (!closeSent) {
        closeSent = kind == Kind.CLOSE;
        WebSocketFrames.write(kind, payload, wire.output());
      }
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void write(Envelope message) throws IOException {
    writing.lock();
    try {
      if (closeSent || closed) {
        throw new IOException("the client's WebSocket is closed");
      }
      WebSocketFrames.write(Kind.TEXT, message.toBytes(), wire.output());
    } finally {
      writing.unlock();
    }
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Thread.ofVirtual()
        .name("weir-websocket-close")
        .start(
            () -> {
              try {
                control(Kind.CLOSE, WebSocketFrames.closing(WebSocketFrames.GOING_AWAY, "goodbye"));
              } catch (IOException e) {
                // It is closed already.
              }
            });
  }
}
