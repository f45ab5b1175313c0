package dev.weir.bench.gateway.wire;

import java.io.IOException;

/** The messages that a load needs, written and looked at as text. */
final class JsonText {
  static final String VERSION = "2025-11-25";
  static final String INITIALIZED =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

  private JsonText() {}

  static String initialize(long id) {
    return request(
        id,
        "initialize",
        "{\"protocolVersion\":\""
            + VERSION
            + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"weir-bench\",\"version\":\"1\"}}");
  }

  static String call(long id, String tool, String arguments) {
    return request(id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}");
  }

  private static String request(long id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}"
        .formatted(id, method, params);
  }

  /** Whether this message answers the request, well or badly. */
  static boolean answers(String message, long id) {
    String member = "\"id\":" + id;
    int at = message.indexOf(member);
    while (at >= 0) {
      int end = at + member.length();
      boolean whole = end == message.length() || !Character.isDigit(message.charAt(end));
      if (whole && (message.contains("\"result\":") || message.contains("\"error\":"))) {
        return true;
      }
      at = message.indexOf(member, end);
    }
    return false;
  }

  /** The message, unless it tells of an error. */
  static String result(String message) throws IOException {
    if (!message.contains("\"result\":") || message.contains("\"isError\":true")) {
      throw new IOException("answered with an error: " + shortened(message));
    }
    return message;
  }

  static String shortened(String text) {
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }
}
