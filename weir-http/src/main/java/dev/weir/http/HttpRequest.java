package dev.weir.http;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request. {@code Host} and {@code Content-Length} are set by whoever sends it.
 *
 * @param method in upper case
 * @param target path and query, as they go on the wire
 * @param headers name and value, in order; may hold secrets, so {@link #toString} leaves them out
 * @param body null for none; kept, not copied: do not write to it afterwards
 * @param use what the request asks of its connection
 * @param safeToRepeat whether it may be sent a second time although the first may have been
 *     processed. That happens at most once, and only when the first went over a connection that had
 *     been kept and nothing of a response came.
 */
public record HttpRequest(
    String method,
    String target,
    Map<String, String> headers,
    byte @Nullable [] body,
    Use use,
    boolean safeToRepeat) {

  /** Which of an origin's two budgets pays for the connection. */
  public enum Use {
    /** A pooled connection, for as long as the exchange lasts. */
    POOLED,
    /**
     * A pooled connection when not all are in use, otherwise one of its own: for messages on which
     * the exchanges that hold the pooled connections wait, and which must not wait for them in
     * turn.
     */
    URGENT,
    /** A connection of its own outside the pool, closed afterwards. */
    STREAM
  }

  public HttpRequest {
    if (!isToken(method)) {
      throw new IllegalArgumentException("not a method: " + method);
    }
    if (!target.startsWith("/") || !target.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("a target is a path with an optional query, in ASCII");
    }
    headers.forEach(HttpRequest::check);
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /** A request over a pooled connection that must not be repeated. */
  public static HttpRequest of(
      String method, String target, Map<String, String> headers, byte @Nullable [] body) {
    return new HttpRequest(method, target, headers, body, Use.POOLED, false);
  }

  /** The same request, with the promise that sending it twice does no harm. */
  public HttpRequest repeatable() {
    return new HttpRequest(method, target, headers, body, use, true);
  }

  /** The same request, over a connection from another budget. */
  public HttpRequest with(Use use) {
    return new HttpRequest(method, target, headers, body, use, safeToRepeat);
  }

  @Override
  public String toString() {
    int query = target.indexOf('?');
    return method + " " + (query < 0 ? target : target.substring(0, query));
  }

  /**
   * Refuses what would end the field or the head on the wire and let a value smuggle in another
   * field (RFC 9110, section 5.5).
   */
  private static void check(String name, String value) {
    if (!isToken(name)) {
      throw new IllegalArgumentException("not the name of a header field: " + name);
    }
    if (!value.chars().allMatch(c -> (c >= ' ' && c != 0x7f && c <= 0xff) || c == '\t')) {
      throw new IllegalArgumentException(
          "the value of the header field " + name + " holds a character that HTTP forbids");
    }
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
  }
}
