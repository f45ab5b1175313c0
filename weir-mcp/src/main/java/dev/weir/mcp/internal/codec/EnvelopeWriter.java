package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.RequestId;
import org.jspecify.annotations.Nullable;

/** The few messages that a gateway writes itself. Parts that are JSON text are checked. */
public final class EnvelopeWriter {
  private static final String HEAD = "{\"jsonrpc\":\"2.0\"";

  private EnvelopeWriter() {}

  public static Envelope request(RequestId id, String method, @Nullable String params) {
    return checked(HEAD + id(id) + method(method) + member("params", params) + "}");
  }

  public static Envelope notification(String method, @Nullable String params) {
    return checked(HEAD + method(method) + member("params", params) + "}");
  }

  public static Envelope result(RequestId id, String result) {
    return checked(HEAD + id(id) + member("result", result) + "}");
  }

  public static Envelope error(
      @Nullable RequestId id, int code, String message, @Nullable String data) {
    String error = "{\"code\":" + code + ",\"message\":" + JsonText.quote(message);
    error += member("data", data) + "}";
    return checked(HEAD + id(id) + member("error", error) + "}");
  }

  private static String id(@Nullable RequestId id) {
    return ",\"id\":" + (id == null ? "null" : id.json());
  }

  private static String method(String method) {
    return ",\"method\":" + JsonText.quote(method);
  }

  private static String member(String name, @Nullable String json) {
    return json == null ? "" : ",\"" + name + "\":" + json;
  }

  static Envelope checked(String json) {
    try {
      return EnvelopeReader.read(json.getBytes(UTF_8)).messages().getFirst();
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("a part of the message is not what it should be", e);
    }
  }
}
