package dev.weir.mcp;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * How to reach an MCP server over a WebSocket.
 *
 * @param name the upstream's name, for messages
 * @param url its endpoint; {@code ws} or {@code wss}
 * @param headers sent with the opening handshake; may hold secrets, which appear in no message
 * @param maxMessage the longest message in bytes that is accepted from it
 * @param connectTimeout how long opening may take, TLS and handshake included
 * @param writeTimeout how long the server may take to take one message
 * @param pingInterval how often it is asked for a sign of life; one that gives none for three of
 *     these is given up
 * @param closeTimeout how long the close handshake may take
 */
public record WebSocketOptions(
    String name,
    URI url,
    Map<String, String> headers,
    int maxMessage,
    Duration connectTimeout,
    Duration writeTimeout,
    Duration pingInterval,
    Duration closeTimeout) {

  public WebSocketOptions {
    headers = Map.copyOf(headers);
    boolean secure = "wss".equalsIgnoreCase(url.getScheme());
    if (!secure && !"ws".equalsIgnoreCase(url.getScheme())) {
      throw new IllegalArgumentException("upstream \"" + name + "\": the url is no ws or wss URL");
    }
  }

  /** The defaults: messages of 64 MiB at most, nothing else sent, a ping every 20 s. */
  public static WebSocketOptions of(String name, URI url) {
    return new WebSocketOptions(
        name,
        url,
        Map.of(),
        64 << 20,
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        Duration.ofSeconds(1));
  }

  /** A copy with other headers. */
  public WebSocketOptions withHeaders(Map<String, String> headers) {
    return new WebSocketOptions(
        name, url, headers, maxMessage, connectTimeout, writeTimeout, pingInterval, closeTimeout);
  }

  /** A copy with another {@link #maxMessage}. */
  public WebSocketOptions withMaxMessage(int maxMessage) {
    return new WebSocketOptions(
        name, url, headers, maxMessage, connectTimeout, writeTimeout, pingInterval, closeTimeout);
  }

  /** A copy with another {@link #connectTimeout}. */
  public WebSocketOptions withConnectTimeout(Duration connectTimeout) {
    return new WebSocketOptions(
        name, url, headers, maxMessage, connectTimeout, writeTimeout, pingInterval, closeTimeout);
  }

  @Override
  public String toString() {
    String path = url.getRawPath();
    return "upstream \""
        + name
        + "\" at "
        + url.getScheme()
        + "://"
        + url.getRawAuthority()
        + (path == null ? "" : path);
  }
}
