package dev.weir.mcp.kit;

import dev.weir.pool.kit.Patience;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection of its own, and its answer as it comes. Belongs to one thread, but
 * {@link #close} and {@link #reset} may be called from any.
 */
public final class WireExchange implements AutoCloseable {
  private static final Duration PATIENCE = Patience.LIMIT;

  private final Socket socket;
  private final String id;
  private final Consumer<WireExchange> onClose;
  private final InputStream in;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private int status;

  /** What a timeout left of a line; the next read goes on from there. */
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private List<String> eventLines = new ArrayList<>();

  /** Bytes left of the chunk or the body; -1 when they end with the connection. */
  private long left;

  private boolean chunked;
  private boolean ended;

  WireExchange(
      SocketFactory sockets,
      URI endpoint,
      List<String> head,
      byte[] body,
      String id,
      Consumer<WireExchange> onClose)
      throws IOException {
    this.id = id;
    this.onClose = onClose;
    socket = sockets.createSocket(endpoint.getHost(), endpoint.getPort());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
  }

  /** The status; waits for the head of the answer. */
  public int status() throws IOException {
    readHead(PATIENCE);
    return status;
  }

  /** The first header of this name, in any case; null when absent. */
  public @Nullable String header(String name) throws IOException {
    readHead(PATIENCE);
    return headers.get(name);
  }

  public boolean isEventStream() throws IOException {
    String type = header("Content-Type");
    return type != null && type.startsWith("text/event-stream");
  }

  /**
   * The next event, comments included; null when the stream has ended properly.
   *
   * @throws SocketTimeoutException when none came in time; a later call goes on
   * @throws EOFException when the connection ended in the middle of the answer
   */
  public @Nullable WireEvent nextEvent(Duration time) throws IOException {
    readHead(time);
    for (String text = bodyLine(time); text != null; text = bodyLine(time)) {
      if (text.startsWith(":")) {
        return new WireEvent(null, text, null, "");
      }
      if (!text.isEmpty()) {
        eventLines.add(text);
      } else if (!eventLines.isEmpty()) {
        List<String> lines = eventLines;
        eventLines = new ArrayList<>();
        List<String> data = fields(lines, "data");
        return new WireEvent(
            last(lines, "id"), last(lines, "event"), last(lines, "retry"), String.join("\n", data));
      }
    }
    return null;
  }

  /**
   * The data of the next event that has any; the stream must not end before. Comments, which keep a
   * stream alive, do not prolong the time.
   */
  public String nextMessage(Duration time) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    for (WireEvent e = nextEvent(time); e != null; e = nextEvent(time)) {
      if (!e.data().isEmpty()) {
        return e.data();
      }
      if (System.nanoTime() - end > 0) {
        throw new SocketTimeoutException("no message within " + time);
      }
    }
    throw new AssertionError("the stream ended, status " + status + ", without another message");
  }

  /** The rest of the answer as a whole. */
  public WireClient.Reply reply() throws IOException {
    List<WireEvent> events = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (isEventStream()) {
      for (WireEvent e = nextEvent(PATIENCE); e != null; e = nextEvent(PATIENCE)) {
        events.add(e);
      }
    } else {
      for (int b = bodyByte(); b >= 0; b = bodyByte()) {
        body.write(b);
      }
    }
    return new WireClient.Reply(
        status,
        Collections.unmodifiableMap(headers),
        List.copyOf(events),
        body.toString(StandardCharsets.UTF_8),
        id);
  }

  /** Leaves without a word, as a killed process does. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    onClose.accept(this);
  }

  private void readHead(Duration time) throws IOException {
    if (status >= 200) {
      return;
    }
    socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    while (status < 200) {
      if (status != 0) {
        wireLine(); // the empty line after 100 Continue
      }
      status = Integer.parseInt(wireLine().split(" ", 3)[1]);
    }
    for (String field = wireLine(); !field.isEmpty(); field = wireLine()) {
      int colon = field.indexOf(':');
      headers.putIfAbsent(field.substring(0, colon), field.substring(colon + 1).strip());
    }
    chunked = "chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"));
    String length = headers.get("Content-Length");
    left = chunked || status == 204 ? 0 : length == null ? -1 : Long.parseLong(length);
    ended = !chunked && left == 0;
  }

  /** A line of the body; null at its end. */
  private @Nullable String bodyLine(Duration time) throws IOException {
    socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    for (int b = bodyByte(); b >= 0; b = bodyByte()) {
      if (b == '\n') {
        return takeLine();
      }
      line.write(b);
    }
    return null;
  }

  private int bodyByte() throws IOException {
    if (!ended && chunked && left == 0) {
      left = Long.parseLong(wireLineBetweenChunks(), 16);
      if (left == 0) {
        wireLine();
        ended = true;
      }
    }
    if (ended) {
      return -1;
    }
    int b = in.read();
    if (b < 0 && left >= 0) {
      throw new EOFException("the connection ended in the middle of the answer");
    }
    if (b < 0) {
      ended = true;
    } else if (left > 0 && --left == 0) {
      if (chunked) {
        wireByte();
        wireByte();
      } else {
        ended = true;
      }
    }
    return b;
  }

  /** Not through {@code line}, which may hold half a line of text from the chunk before. */
  private String wireLineBetweenChunks() throws IOException {
    StringBuilder size = new StringBuilder();
    for (int b = wireByte(); b != '\n'; b = wireByte()) {
      size.append((char) b);
    }
    return size.toString().strip();
  }

  private String wireLine() throws IOException {
    for (int b = wireByte(); b != '\n'; b = wireByte()) {
      line.write(b);
    }
    return takeLine();
  }

  private int wireByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the connection ended in the middle of the answer");
    }
    return b;
  }

  private String takeLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static List<String> fields(List<String> lines, String name) {
    return lines.stream()
        .filter(text -> text.equals(name) || text.startsWith(name + ":"))
        .map(text -> text.length() == name.length() ? "" : text.substring(name.length() + 1))
        .map(value -> value.startsWith(" ") ? value.substring(1) : value)
        .toList();
  }

  private static @Nullable String last(List<String> lines, String name) {
    List<String> values = fields(lines, name);
    return values.isEmpty() ? null : values.getLast();
  }
}
