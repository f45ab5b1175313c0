package dev.weir.gateway.listener;

import dev.weir.gateway.modern.ModernFault;
import dev.weir.gateway.modern.ModernRequest;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the header fields of a modern request with the body that they mirror, so that whoever
 * looks at one and whoever looks at the other see the same (2026-07-28, Streamable HTTP, "Server
 * Validation").
 */
final class MirroredHeaders {
  static final String VERSION = "MCP-Protocol-Version";
  static final String METHOD = "Mcp-Method";
  private static final String NAME = "Mcp-Name";
  private static final String BASE64 = "=?base64?";
  private static final String BASE64_END = "?=";

  private MirroredHeaders() {}

  /** Passes when every field that is required is there and says what the body says. */
  static void check(HttpExchange exchange, ModernRequest request) throws ModernFault {
    Envelope message = request.message();
    compare(VERSION, only(exchange, VERSION), String.valueOf(message.metaVersion()));
    compare(METHOD, only(exchange, METHOD), request.method());
    String name =
        switch (request.method()) {
          case "tools/call", "prompts/get" -> message.name();
          case "resources/read" -> message.uri();
          default -> null;
        };
    String given = only(exchange, NAME);
    if (name != null) {
      compare(NAME, given == null ? null : decoded(given), name);
    }
  }

  private static @Nullable String only(HttpExchange exchange, String name) throws ModernFault {
    List<String> values = exchange.headers(name).stream().distinct().toList();
    if (values.size() > 1) {
      throw ModernFault.header("header field " + name + " is there twice");
    }
    return values.isEmpty() ? null : values.getFirst().strip();
  }

  private static void compare(String name, @Nullable String header, String body)
      throws ModernFault {
    if (header == null) {
      throw ModernFault.header("header field " + name + " is missing; the body says " + body);
    }
    if (!header.equals(body)) {
      throw ModernFault.header(
          "header field " + name + " says \"" + header + "\", the body \"" + body + "\"");
    }
  }

  /** What is not plain ASCII travels as the Base64 form of its UTF-8 bytes. */
  private static String decoded(String value) throws ModernFault {
    if (!value.startsWith(BASE64)
        || !value.endsWith(BASE64_END)
        || value.length() < BASE64.length() + BASE64_END.length()) {
      return value;
    }
    String inner = value.substring(BASE64.length(), value.length() - BASE64_END.length());
    try {
      if (inner.length() % 4 != 0) {
        throw new IllegalArgumentException("padding");
      }
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(inner));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw ModernFault.header("header field " + NAME + " is not the Base64 form of UTF-8");
    }
  }
}
