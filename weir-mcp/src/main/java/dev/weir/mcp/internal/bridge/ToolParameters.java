package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.internal.codec.HeaderValues;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of tools that travel as header fields as well: {@code x-mcp-header} in the tool's
 * schema (2026-07-28, Streamable HTTP, "Custom Headers from Tool Parameters"). Remembers them from
 * lists of tools as they pass; a tool whose annotation breaks the rules is taken off its list, as
 * the specification asks of clients.
 *
 * <p>Thread-safe; guarded by its own lock. Knows {@link #MOST} tools with such parameters.
 */
final class ToolParameters {
  static final int MOST = 10_000;

  /** More pages than a list of tools has. */
  private static final int PAGES = 100;

  private static final System.Logger LOG = System.getLogger(ToolParameters.class.getName());
  private static final String ANNOTATION = "x-mcp-header";
  private static final String FIELD = "Mcp-Param-";
  private static final BigInteger SAFE = BigInteger.TWO.pow(53).subtract(BigInteger.ONE);
  private static final Set<String> PRIMITIVE = Set.of("string", "integer", "boolean");

  /** Members of a schema that hold values, not schemas. */
  private static final Set<String> VALUES = Set.of("const", "default", "enum", "examples");

  private final String upstream;
  private final Map<String, List<Parameter>> byTool = new LinkedHashMap<>();

  /**
   * A parameter and its field.
   *
   * @param path names that lead to it in the arguments
   */
  private record Parameter(List<String> path, String field) {}

  /** An annotation that breaks the rules. */
  private static final class BadAnnotationException extends Exception {
    private static final long serialVersionUID = 1L;

    BadAnnotationException(String message) {
      super(message);
    }
  }

  ToolParameters(String upstream) {
    this.upstream = upstream;
  }

  /** A page of the list of tools has come; returns it without the tools that break the rules. */
  Envelope listed(boolean firstPage, Envelope result) {
    List<String> kept = new ArrayList<>();
    Map<String, List<Parameter>> found = new LinkedHashMap<>();
    List<String> tools = Json.elements(result.member("tools"));
    for (String tool : tools) {
      Map<String, String> members = Json.members(tool);
      String name = Json.string(members.get("name"));
      try {
        List<Parameter> parameters = parameters(members.get("inputSchema"));
        kept.add(tool);
        if (name != null && !parameters.isEmpty()) {
          found.put(name, parameters);
        }
      } catch (BadAnnotationException e) {
        LOG.log(
            Level.WARNING,
            "upstream \"%s\": tool \"%s\" is left out: %s"
                .formatted(upstream, name, e.getMessage()));
      }
    }
    synchronized (this) {
      if (firstPage) {
        byTool.clear();
      }
      byTool.putAll(found);
      while (byTool.size() > MOST) {
        byTool.remove(byTool.keySet().iterator().next());
      }
    }
    return kept.size() == tools.size() ? result : result.withMember("tools", Json.array(kept));
  }

  /** Gives a page of the list of tools. */
  interface Pages {
    /**
     * @param cursor as JSON; null for the first page
     * @return null where there is none
     */
    @Nullable Envelope page(@Nullable String cursor)
        throws UpstreamException, IOException, InterruptedException;
  }

  /** Asks for the whole list, page by page; what was learnt before an error is kept. */
  void learn(Pages pages) throws UpstreamException, IOException, InterruptedException {
    String cursor = null;
    for (int page = 1; page <= PAGES; page++) {
      Envelope result = pages.page(cursor);
      if (result == null || result.kind() != Envelope.Kind.RESULT) {
        return;
      }
      Envelope unused = listed(cursor == null, result);
      cursor = result.member("nextCursor");
      if (Json.string(cursor) == null) {
        return;
      }
    }
  }

  /** The header fields of a call: field and value as it stands on the wire. */
  Map<String, String> of(Envelope call) {
    List<Parameter> parameters;
    synchronized (this) {
      parameters = call.is("tools/call") ? byTool.getOrDefault(call.name(), List.of()) : List.of();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      String value = call.member("arguments");
      for (String name : parameter.path()) {
        value = Json.member(value, name);
      }
      String text = text(value);
      if (text != null) {
        fields.put(parameter.field(), HeaderValues.encode(text));
      }
    }
    return fields;
  }

  /** A primitive value as text; null for what has none. */
  private static @Nullable String text(@Nullable String json) {
    if (json == null || json.equals("null") || json.startsWith("{") || json.startsWith("[")) {
      return null;
    }
    if (json.startsWith("\"")) {
      return Json.string(json);
    }
    if (json.equals("true") || json.equals("false")) {
      return json;
    }
    try {
      BigDecimal number = new BigDecimal(json);
      // Beyond it the server refuses the value anyway; nor is 1e999999999 to be written out.
      boolean safe = number.abs().compareTo(new BigDecimal(SAFE)) <= 0 && number.scale() < 1000;
      return safe ? number.toBigIntegerExact().toString() : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static List<Parameter> parameters(@Nullable String schema) throws BadAnnotationException {
    if (schema == null || !schema.contains(ANNOTATION)) {
      return List.of();
    }
    List<Parameter> found = new ArrayList<>();
    walk(schema, List.of(), true, found);
    Set<String> fields = new HashSet<>();
    for (Parameter parameter : found) {
      if (!fields.add(parameter.field().toLowerCase(Locale.ROOT))) {
        throw new BadAnnotationException(
            ANNOTATION + " names the field " + parameter.field() + " twice");
      }
    }
    return List.copyOf(found);
  }

  /**
   * @param reachable whether nothing but {@code properties} leads here
   */
  private static void walk(
      String schema, List<String> path, boolean reachable, List<Parameter> found)
      throws BadAnnotationException {
    for (String element : Json.elements(schema)) {
      walk(element, path, false, found);
    }
    Map<String, String> members = Json.members(schema);
    String annotation = members.get(ANNOTATION);
    if (annotation != null) {
      found.add(parameter(annotation, members.get("type"), path, reachable));
    }
    for (Map.Entry<String, String> member : members.entrySet()) {
      if (member.getKey().equals("properties")) {
        for (Map.Entry<String, String> property : Json.members(member.getValue()).entrySet()) {
          List<String> further = new ArrayList<>(path);
          further.add(property.getKey());
          walk(property.getValue(), further, reachable, found);
        }
      } else if (!VALUES.contains(member.getKey())) {
        walk(member.getValue(), path, false, found);
      }
    }
  }

  private static Parameter parameter(
      String annotation, @Nullable String type, List<String> path, boolean reachable)
      throws BadAnnotationException {
    String name = Json.string(annotation);
    if (name == null || !isToken(name)) {
      throw new BadAnnotationException(ANNOTATION + " is no name of a header field: " + annotation);
    }
    if (!reachable || path.isEmpty()) {
      throw new BadAnnotationException(
          ANNOTATION + " \"" + name + "\" stands where its value cannot be found by properties");
    }
    if (!PRIMITIVE.contains(String.valueOf(Json.string(type)))) {
      throw new BadAnnotationException(
          ANNOTATION + " \"" + name + "\" is no string, integer or boolean");
    }
    return new Parameter(path, FIELD + name);
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
  }
}
