package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a server has declared in its result of initialize; nothing when that cannot be read. */
record Capabilities(JsonNode declared) {

  static Capabilities of(Envelope result) {
    String text = result.member("capabilities");
    JsonMapper json = JsonMapper.shared();
    try {
      return new Capabilities(text == null ? json.createObjectNode() : json.readTree(text));
    } catch (JacksonException e) {
      return new Capabilities(json.createObjectNode());
    }
  }

  boolean has(String capability) {
    return declared.path(capability).isObject();
  }

  /** Whether an option of a capability, such as {@code listChanged}, is set. */
  boolean has(String capability, String option) {
    return isTrue(declared.path(capability).path(option));
  }

  /** The first of these that the other one does not have as well; null when it has them all. */
  @Nullable String firstMissingIn(Capabilities other) {
    return missing("", declared, other.declared);
  }

  private static @Nullable String missing(String path, JsonNode wanted, JsonNode there) {
    for (var entry : wanted.properties()) {
      String name = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      JsonNode same = there.path(entry.getKey());
      boolean isThere = !entry.getValue().isObject() || same.isObject();
      if (!isThere || (isTrue(entry.getValue()) && !isTrue(same))) {
        return name;
      }
      String within = missing(name, entry.getValue(), same);
      if (within != null) {
        return within;
      }
    }
    return null;
  }

  private static boolean isTrue(JsonNode option) {
    return option.isBoolean() && option.booleanValue();
  }
}
