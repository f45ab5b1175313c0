package dev.weir.gateway.config;

import dev.weir.gateway.auth.TokenHash;
import dev.weir.pool.Options;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of a configuration, with which editors complete and check one.
 * Made from the records that {@link ConfigReader} binds to, so that it says what they say.
 *
 * <p>It refuses what is wrong by its shape: names, types, forms, and where numbers begin. What
 * depends on another option or on the machine (routes, references, directories) is left to {@link
 * ConfigReader}, which has the last word.
 */
public final class ConfigSchema {
  private static final Map<Class<?>, Text> TEXTS =
      Map.of(
          Duration.class, new Text("duration", Durations.EXPECTED, Durations.FORM),
          ByteSize.class, new Text("size", ByteSize.EXPECTED, ByteSize.FORM),
          Percent.class, new Text("part", Percent.EXPECTED, Percent.FORM),
          ListenAddress.class,
              new Text("listen-address", ListenAddress.EXPECTED, ListenAddress.FORM),
          ListenSocket.class, new Text("listen-socket", ListenSocket.EXPECTED, ListenSocket.FORM),
          SocketAddress.class, new Text("address", SocketAddress.EXPECTED, SocketAddress.FORM),
          LogPlace.class, new Text("log-place", LogPlace.EXPECTED, LogPlace.FORM),
          UpstreamUrl.class, new Text("url", UpstreamUrl.EXPECTED, UpstreamUrl.FORM),
          TokenHash.class, new Text("token-hash", TokenHash.EXPECTED, TokenHash.FORM));
  private static final String NO_TIME = "0+ ?[a-z]+";

  /** What several options refer to, each under its name. */
  private final Map<String, ObjectNode> definitions = new TreeMap<>();

  private ConfigSchema() {}

  /** How the values of a type are written. */
  private record Text(String name, String expected, Pattern pattern) {}

  /** The schema, in lines. */
  public static String json() {
    var schema = new ConfigSchema();
    ObjectNode root =
        object()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("title", "Configuration of Weir");
    root.setAll(schema.block(GatewayConfig.class));
    root.putObject("$defs").setAll(schema.definitions);
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  private ObjectNode block(Class<?> record) {
    var ranges = new Ranges(record);
    ObjectNode block = object().put("type", "object");
    ObjectNode properties = block.putObject("properties");
    for (OptionInfo option : OptionInfo.of(record)) {
      properties.set(option.name(), option(option, ranges));
    }
    require(block, record);
    return block.put("additionalProperties", false);
  }

  /** What has to be there: options without a default, and one of those that tell the record. */
  private static void require(ObjectNode block, Class<?> record) {
    SequencedSet<String> required = new LinkedHashSet<>();
    for (OptionInfo option : OptionInfo.of(record)) {
      if (option.byDefault().isEmpty() && !option.optional()) {
        required.add(option.name());
      }
    }
    ToldBy told = record.getAnnotation(ToldBy.class);
    if (told != null && told.value().length == 1) {
      required.add(told.value()[0]);
    } else if (told != null) {
      ArrayNode any = block.putArray("anyOf");
      for (String name : told.value()) {
        any.addObject().putArray("required").add(name);
      }
    }
    if (!required.isEmpty()) {
      required.forEach(block.putArray("required")::add);
    }
  }

  private ObjectNode option(OptionInfo option, Ranges ranges) {
    ObjectNode schema = value(option.type(), option.form());
    if (option.type() == int.class) {
      schema.put("minimum", ranges.least(option));
    } else if (option.type() == Duration.class && ranges.positive(option)) {
      schema.putObject("not").put("pattern", whole(NO_TIME));
    }
    if (option.optional()) {
      // With nothing behind its colon it is left out.
      ObjectNode given = schema;
      schema = object();
      schema.putArray("anyOf").add(given).addObject().put("type", "null");
    }
    schema.put("description", option.about());
    if (option.type() == int.class) {
      schema.put("default", Integer.parseInt(option.byDefault()));
    } else if (option.type() == boolean.class) {
      schema.put("default", Boolean.parseBoolean(option.byDefault()));
    } else if (!option.byDefault().isEmpty()) {
      schema.put("default", option.byDefault());
    }
    return schema;
  }

  private ObjectNode value(Type type, @Nullable Form form) {
    if (type instanceof ParameterizedType collection) {
      return collection.getRawType() == List.class
          ? list(collection.getActualTypeArguments()[0], form)
          : map(collection.getActualTypeArguments()[1], form);
    }
    Class<?> single = (Class<?>) type;
    if (single.isSealed()) {
      return reference(name(single), () -> oneOf(single));
    }
    if (OptionInfo.isBlock(single)) {
      return reference(name(single), () -> block(single));
    }
    Text known = TEXTS.get(single);
    if (known != null) {
      return reference(known.name(), () -> text(known));
    }
    return scalar(single, form);
  }

  private ObjectNode list(Type element, @Nullable Form form) {
    ObjectNode list = object().put("type", "array");
    list.set("items", value(element, form));
    if (form != null && form.atLeast() > 0) {
      list.put("minItems", form.atLeast());
    }
    return list;
  }

  /** A block with names of the user's choice. */
  private ObjectNode map(Type element, @Nullable Form form) {
    ObjectNode map = object().put("type", "object");
    if (form != null && !form.value().isEmpty()) {
      map.putObject("propertyNames").put("pattern", whole(form.value()));
    }
    map.set("additionalProperties", value(element, null));
    if (form != null && form.atLeast() > 0) {
      map.put("minProperties", form.atLeast());
    }
    return map;
  }

  /** One of several records: each has what tells it from the others, and lacks what tells them. */
  private ObjectNode oneOf(Class<?> sealed) {
    ObjectNode schema = object();
    ArrayNode forms = schema.putArray("oneOf");
    for (Class<?> form : sealed.getPermittedSubclasses()) {
      forms.add(reference(name(sealed) + "-" + name(form), () -> block(form)));
    }
    return schema;
  }

  private static ObjectNode scalar(Class<?> type, @Nullable Form form) {
    if (type == int.class) {
      return object().put("type", "integer");
    }
    if (type == boolean.class) {
      return object().put("type", "boolean");
    }
    if (type.isEnum()) {
      ObjectNode word = object().put("type", "string");
      Options.choices(type).forEach(word.putArray("enum")::add);
      return word;
    }
    ObjectNode text = object();
    if (type == Path.class || PemFile.class.isAssignableFrom(type)) {
      text.put("type", "string");
    } else {
      // 8080 and true are texts as well, where texts are expected.
      text.putArray("type").add("string").add("number").add("boolean");
    }
    if (form != null && !form.value().isEmpty()) {
      text.put("pattern", whole(form.value()));
    }
    return text;
  }

  private static ObjectNode text(Text text) {
    return object()
        .put("type", "string")
        .put("description", text.expected())
        .put("pattern", whole(text.pattern().pattern()));
  }

  private ObjectNode reference(String name, Supplier<ObjectNode> definition) {
    if (!definitions.containsKey(name)) {
      definitions.put(name, object()); // known from now on, also to what it refers to
      definitions.put(name, definition.get());
    }
    return object().put("$ref", "#/$defs/" + name);
  }

  /** {@code session-standby} for {@code SessionStandbyConfig}. */
  private static String name(Class<?> record) {
    String name = Options.dashed(record.getSimpleName().replaceAll("Config$", ""));
    return name.substring(1);
  }

  private static String whole(String pattern) {
    return "^(?:" + pattern + ")$";
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
