package dev.weir.mcp;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message: the few fields that a gateway must see, and the bytes it came in.
 *
 * <p>Immutable and safe to share between threads. What is not named here passes untouched, byte for
 * byte; the {@code with…} methods splice one value and copy the rest.
 */
public interface Envelope {

  /** What a message is, told from its members alone (JSON-RPC 2.0, sections 4 and 5). */
  enum Kind {
    REQUEST,
    NOTIFICATION,
    RESULT,
    ERROR
  }

  Kind kind();

  /** The id; null for a notification and for an error that answers an unreadable request. */
  @Nullable RequestId id();

  /** The method; null for a result or an error. */
  @Nullable String method();

  /** {@code params.name}: the tool or prompt of a call. */
  @Nullable String name();

  /** {@code params.uri}: the resource of a call. */
  @Nullable String uri();

  /**
   * The progress token: {@code params._meta.progressToken} of a request, {@code
   * params.progressToken} of {@code notifications/progress}.
   */
  @Nullable RequestId progressToken();

  /** {@code params.requestId} of {@code notifications/cancelled}. */
  @Nullable RequestId cancelledId();

  /**
   * {@code params.protocolVersion} of an initialize request, {@code result.protocolVersion} of its
   * result.
   */
  @Nullable String protocolVersion();

  /**
   * {@code params._meta["io.modelcontextprotocol/protocolVersion"]}: the version that a request of
   * the modern era names (2026-07-28, Basic, "_meta"). A request that has none is legacy.
   */
  @Nullable String metaVersion();

  /** {@code error.code} of an error. */
  @Nullable Integer errorCode();

  /** The length in bytes. */
  int size();

  /**
   * The whole message, without a line break; a copy. A JSON text with line breaks inside is
   * compacted.
   */
  byte[] toBytes();

  /**
   * Writes the whole message, without a line break at its end or inside (MCP stdio framing, SSE
   * data).
   */
  void writeTo(OutputStream out) throws IOException;

  /**
   * The raw JSON text of one member of {@code params} (of a request or notification), {@code
   * result} or {@code error}; null when absent. Read anew at each call: not for hot paths.
   */
  @Nullable String member(String name);

  /**
   * The same message with another value for one member of {@code params} (of a request or
   * notification), {@code result} or {@code error}; added where there is none, left out for null.
   * Read anew, as {@link #member} is.
   *
   * @param json the JSON text of the value
   * @throws IllegalArgumentException when that is no JSON
   */
  Envelope withMember(String name, @Nullable String json);

  /** The same message with another id. */
  Envelope withId(RequestId id);

  /** The same message with another {@code params.name}; only where {@link #name()} is not null. */
  Envelope withName(String name);

  /**
   * The same message with another progress token; only where {@link #progressToken()} is not null.
   */
  Envelope withProgressToken(RequestId token);

  /**
   * The same notification with another {@code params.requestId}; only where {@link #cancelledId()}
   * is not null.
   */
  Envelope withCancelledId(RequestId id);

  /**
   * The same request without the wish for a task, of which a receiver that has declared none takes
   * no notice (2025-11-25, Tasks, "Task Support and Handling").
   */
  default Envelope withoutTask() {
    return member("task") == null ? this : withMember("task", null);
  }

  default boolean isRequest() {
    return kind() == Kind.REQUEST;
  }

  default boolean isNotification() {
    return kind() == Kind.NOTIFICATION;
  }

  /** True for a result or an error: the answer to a request of the other side. */
  default boolean isResponse() {
    return kind() == Kind.RESULT || kind() == Kind.ERROR;
  }

  /**
   * True for a request whose method only asks: asking twice does what asking once does. A tool is
   * never such a thing.
   */
  default boolean isRepeatable() {
    String method = method();
    return isRequest()
        && method != null
        && switch (method) {
          case "initialize", "ping", "server/discover", "resources/read", "prompts/get" -> true;
          default -> method.endsWith("/list");
        };
  }

  /** True for a request or notification of this method. */
  default boolean is(String method) {
    return method.equals(method());
  }
}
