package dev.weir.mcp.internal.listener;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, checked.
 *
 * @param http10 spoken by a client that knows neither chunks nor, unless it asks, a second request
 * @param fields headers in their order
 * @param bodyLength bytes of the body; {@link #CHUNKED} when it comes in chunks
 */
record RequestHead(
    String method, RequestTarget target, boolean http10, List<Field> fields, long bodyLength) {

  static final long CHUNKED = -1;

  record Field(String name, String value) {}

  @Nullable String first(String name) {
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        return field.value;
      }
    }
    return null;
  }

  Map<String, String> thatBegin(String prefix) {
    Map<String, String> found = new LinkedHashMap<>();
    for (Field field : fields) {
      if (field.name.regionMatches(true, 0, prefix, 0, prefix.length())) {
        found.putIfAbsent(field.name, field.value);
      }
    }
    return found;
  }

  List<String> all(String name) {
    return all(fields, name);
  }

  static List<String> all(List<Field> fields, String name) {
    List<String> values = new ArrayList<>(1);
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        values.add(field.value);
      }
    }
    return values;
  }

  boolean expectsContinue() {
    return !http10 && first("Expect") != null;
  }

  /** Whether the client means to send another request on this connection (RFC 9112, 9.3). */
  boolean keepsAlive() {
    boolean alive = !http10;
    for (String value : all("Connection")) {
      for (String option : value.split(",", -1)) {
        if (option.strip().equalsIgnoreCase("close")) {
          return false;
        }
        alive |= option.strip().equalsIgnoreCase("keep-alive");
      }
    }
    return alive;
  }
}
