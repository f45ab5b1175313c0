package dev.weir.mcp.kit;

import dev.weir.mcp.RequestId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Messages nobody would write by hand, in one line, from a seed. */
public final class MessageGenerator {
  private static final String[] NUMBERS = {
    "0", "-0", "1", "1.0", "1e400", "-1E-400", "123456789012345678901234567890", "0.10", "1E+2"
  };
  private static final String[] TEXTS = {
    "\"\"",
    "\"id\"",
    "\"a\\\"b\"",
    "\"\\\\\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"żółw 🐢\"",
    "\"\\/\"",
    "\"{\\\"id\\\":9}\"",
    "\"\u2028\u2029\"",
    "\"\u007f\""
  };
  private static final String[] NAMES = {
    "x", "id", "ключ", "a\\tb", "𝄞", "method", "\\u0069d2", ""
  };

  private final Random random;

  public MessageGenerator(long seed) {
    random = new Random(seed);
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public <T> T one(List<T> of) {
    return of.get(below(of.size()));
  }

  public RequestId id() {
    return new RequestId(
        one(List.of("1", "\"a\"", "123456789012345678901234567890", "1.0", "\"ü\"", "\"\\\"\"")));
  }

  public String request(RequestId id, String name, RequestId token) {
    List<String> meta = members();
    meta.add("\"progressToken\"" + colon() + token.json());
    List<String> params = unreserved(members());
    params.add("\"name\"" + colon() + name);
    params.add("\"_meta\"" + colon() + object(meta));
    List<String> message = unreserved(members());
    message.add("\"jsonrpc\"" + colon() + "\"2.0\"");
    message.add("\"id\"" + colon() + id.json());
    message.add("\"method\"" + colon() + "\"tools/call\"");
    message.add("\"params\"" + colon() + object(params));
    return object(message);
  }

  /** An object of any members. */
  public String object() {
    return object(members());
  }

  /** Names that the envelope reads may not occur twice on its levels. */
  private static List<String> unreserved(List<String> members) {
    members.removeIf(m -> m.startsWith("\"id\"") || m.startsWith("\"method\""));
    return members;
  }

  private String object(List<String> members) {
    Collections.shuffle(members, random);
    return "{" + space() + String.join("," + space(), members) + space() + "}";
  }

  private List<String> members() {
    List<String> members = new ArrayList<>();
    for (int i = below(4); i > 0; i--) {
      members.add("\"" + one(List.of(NAMES)) + "\"" + colon() + value(3));
    }
    return members;
  }

  private String value(int depth) {
    return switch (below(depth == 0 ? 4 : 6)) {
      case 0 -> one(List.of(NUMBERS));
      case 1 -> one(List.of("true", "false", "null"));
      case 2, 3 -> one(List.of(TEXTS));
      case 4 -> "[" + space() + value(depth - 1) + "," + value(depth - 1) + "]";
      default -> "{\"" + one(List.of(NAMES)) + "\"" + colon() + value(depth - 1) + space() + "}";
    };
  }

  private String colon() {
    return space() + ":" + space();
  }

  private String space() {
    return one(List.of("", "", "", " ", "\t", "  "));
  }
}
