package dev.weir.bench.gateway.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 with one request at a time, over one connection that is kept as long as the server keeps
 * it. For one thread at a time.
 */
public final class HttpConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  /** Servers close what has been idle for 5 s, some of them; a request must not meet that. */
  private static final long MAX_IDLE_NANOS = 3_000_000_000L;

  private final String host;
  private final int port;
  private final byte[] buffer = new byte[16 * 1024];
  private int position;
  private int limit;
  private @Nullable Socket socket;
  private long lastUsed;

  /** Connects with the first request. */
  public HttpConnection(URI server) {
    host = server.getHost();
    port = server.getPort();
  }

  /**
   * A whole response.
   *
   * @param headers by their names in lower case
   */
  public record Response(int status, Map<String, String> headers, String body) {}

  /** The body of a page. */
  public static String get(URI page) throws IOException {
    try (var connection = new HttpConnection(page)) {
      Response response = connection.exchange("GET", page.getPath(), Map.of(), "");
      if (response.status() != 200) {
        throw new IOException(page + " answered " + response.status());
      }
      return response.body();
    }
  }

  /** Sends one request and reads the whole response. */
  public Response exchange(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    try {
      send(method, path, headers, body);
      Response response = response();
      lastUsed = System.nanoTime();
      if ("close".equalsIgnoreCase(response.headers.get("connection"))) {
        close();
      }
      return response;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Sends one request; whoever does not read the response has to close. */
  void send(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    byte[] content = body.getBytes(UTF_8);
    StringBuilder head = new StringBuilder(300);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ");
    head.append(host).append(':').append(port).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
    byte[] start = head.toString().getBytes(ISO_8859_1);
    byte[] whole = new byte[start.length + content.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(content, 0, whole, start.length, content.length);
    connected().getOutputStream().write(whole);
  }

  private Socket connected() throws IOException {
    Socket current = socket;
    if (current != null && System.nanoTime() - lastUsed > MAX_IDLE_NANOS) {
      close();
      current = null;
    }
    if (current == null) {
      current = new Socket();
      socket = current;
      current.setTcpNoDelay(true);
      current.setSoTimeout(TIMEOUT_MILLIS);
      current.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      position = 0;
      limit = 0;
      lastUsed = System.nanoTime();
    }
    return current;
  }

  private Response response() throws IOException {
    String statusLine = line();
    int status = Integer.parseInt(statusLine.substring(9, 12));
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var body = new ByteArrayOutputStream();
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        copy(size, body);
        line();
      }
      line();
    } else {
      copy(Integer.parseInt(headers.getOrDefault("content-length", "0")), body);
    }
    return new Response(status, headers, body.toString(UTF_8));
  }

  private int chunkSize() throws IOException {
    String line = line();
    int extension = line.indexOf(';');
    return Integer.parseInt(extension < 0 ? line : line.substring(0, extension), 16);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      int next = read();
      if (next == '\n') {
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r'
            ? line.substring(0, length - 1)
            : line.toString();
      }
      line.append((char) next);
    }
  }

  private void copy(int bytes, ByteArrayOutputStream to) throws IOException {
    for (int left = bytes; left > 0; ) {
      if (position == limit) {
        fill();
      }
      int part = Math.min(left, limit - position);
      to.write(buffer, position, part);
      position += part;
      left -= part;
    }
  }

  private int read() throws IOException {
    if (position == limit) {
      fill();
    }
    return buffer[position++];
  }

  private void fill() throws IOException {
    Socket current = socket;
    if (current == null) {
      throw new EOFException("not connected");
    }
    InputStream input = current.getInputStream();
    limit = Math.max(0, input.read(buffer));
    position = 0;
    if (limit == 0) {
      throw new EOFException("the server has closed the connection");
    }
  }

  @Override
  public void close() throws IOException {
    Socket current = socket;
    socket = null;
    if (current != null) {
      current.close();
    }
  }
}
