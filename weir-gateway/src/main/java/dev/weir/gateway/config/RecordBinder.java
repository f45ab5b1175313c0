package dev.weir.gateway.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Binds YAML to records of options, and goes on after an error so that all of them are found.
 *
 * <p>A method that cannot give a value reports why and returns null. A record that refuses an
 * option is tried again without it, so that it can refuse the next.
 */
final class RecordBinder {
  private final Errors errors;
  private final ScalarReader scalars;

  RecordBinder(Errors errors, ScalarReader scalars) {
    this.errors = errors;
    this.scalars = scalars;
  }

  /** A record of which everything is left out. */
  static <R extends Record> R defaults(Class<R> type) {
    List<OptionInfo> options = OptionInfo.of(type);
    @Nullable Object[] values = options.stream().map(RecordBinder::defaultOf).toArray();
    try {
      return constructor(type).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has defaults that it refuses", e);
    }
  }

  /** What an option has that is left out. */
  static @Nullable Object defaultOf(OptionInfo option) {
    if (!option.byDefault().isEmpty()) {
      return ScalarReader.plain((Class<?>) option.type(), option.byDefault());
    }
    if (option.type() instanceof ParameterizedType collection) {
      return collection.getRawType() == List.class ? List.of() : new LinkedHashMap<>();
    }
    return option.type() instanceof Class<?> block
            && OptionInfo.isBlock(block)
            && !option.nullable()
        ? defaults(block.asSubclass(Record.class))
        : null;
  }

  /** A block of options. */
  <R> @Nullable R bind(String path, Node node, Class<R> type) {
    SequencedMap<String, NodeTuple> given = entries(path, node, "options");
    return given == null ? null : bind(path, node, given, type, "");
  }

  private <R> @Nullable R bind(
      String path, Node node, Map<String, NodeTuple> given, Class<R> type, String ofWhat) {
    List<OptionInfo> options = OptionInfo.of(type);
    reportUnknown(path, given, options, ofWhat);
    var attempt = new ArrayList<@Nullable Object>();
    boolean[] faulty = new boolean[options.size()];
    for (int i = 0; i < options.size(); i++) {
      OptionInfo option = options.get(i);
      NodeTuple tuple = given.get(option.name());
      @Nullable Object value = null;
      if (tuple != null && !leavesOut(tuple.getValueNode(), option)) {
        value = value(join(path, option.name()), tuple.getValueNode(), option.type());
        faulty[i] = value == null;
      } else if (tuple == null && option.byDefault().isEmpty() && !option.optional()) {
        errors.add(node, join(path, option.name()), "missing; expected " + option.described());
        faulty[i] = true;
      }
      attempt.add(value == null ? defaultOf(option) : value);
    }
    return construct(path, node, given, type, attempt, faulty);
  }

  private <R> @Nullable R construct(
      String path,
      Node node,
      Map<String, NodeTuple> given,
      Class<R> type,
      List<@Nullable Object> values,
      boolean[] faulty) {
    List<String> names = OptionInfo.of(type).stream().map(OptionInfo::name).toList();
    while (true) {
      try {
        return constructor(type).newInstance(values.toArray());
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof InvalidOptionException invalid)) {
          requireFault(e, faulty);
          return null;
        }
        // "headers.Host": the option, and the entry of it that is meant.
        String[] parts = invalid.option().split("\\.", 2);
        int index = names.indexOf(parts[0]);
        if (faulty[index] || (!given.containsKey(parts[0]) && hasFault(faulty))) {
          return null; // what was left out is refused because of what was reported
        }
        Node place = place(given.get(parts[0]), parts.length > 1 ? parts[1] : null, node);
        errors.add(
            place, join(path, shown(parts, values.get(index))), ScalarReader.why(place, invalid));
        Object rest = parts.length > 1 ? without(values.get(index), parts[1]) : null;
        if (rest != null) {
          values.set(index, rest);
        } else {
          faulty[index] = true;
          values.set(index, defaultOf(OptionInfo.of(type).get(index)));
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** A record may fail on what is missing, which was reported; anything else is a bug. */
  private static void requireFault(InvocationTargetException e, boolean[] faulty) {
    if (!hasFault(faulty)) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static boolean hasFault(boolean[] faulty) {
    for (boolean fault : faulty) {
      if (fault) {
        return true;
      }
    }
    return false;
  }

  /** An entry of a block is named, one of a list is not: the message holds it. */
  private static String shown(String[] parts, @Nullable Object collection) {
    return collection instanceof List ? parts[0] : String.join(".", parts);
  }

  private static @Nullable Object without(@Nullable Object collection, String entry) {
    if (collection instanceof Map<?, ?> map) {
      var rest = new LinkedHashMap<Object, Object>(map);
      rest.remove(entry);
      return rest;
    }
    if (collection instanceof List<?> list) {
      return list.stream().filter(element -> !element.equals(entry)).toList();
    }
    return null;
  }

  private static Node place(@Nullable NodeTuple option, @Nullable String entry, Node otherwise) {
    if (option == null) {
      return otherwise;
    }
    Node value = option.getValueNode();
    if (entry != null && value instanceof MappingNode map) {
      return map.getValue().stream()
          .map(NodeTuple::getKeyNode)
          .filter(key -> key instanceof ScalarNode scalar && scalar.getValue().equals(entry))
          .findFirst()
          .orElse(value);
    }
    if (entry != null && value instanceof SequenceNode list) {
      return list.getValue().stream()
          .filter(item -> item instanceof ScalarNode scalar && scalar.getValue().equals(entry))
          .findFirst()
          .orElse(value);
    }
    return value;
  }

  private @Nullable Object value(String path, Node node, Type type) {
    if (type instanceof ParameterizedType collection) {
      Type[] arguments = collection.getActualTypeArguments();
      return collection.getRawType() == List.class
          ? list(path, node, arguments[0])
          : map(path, node, arguments[1]);
    }
    Class<?> single = (Class<?>) type;
    if (single.isSealed()) {
      return oneOf(path, node, single);
    }
    return OptionInfo.isBlock(single) ? bind(path, node, single) : scalars.read(path, node, single);
  }

  private @Nullable List<Object> list(String path, Node node, Type element) {
    if (!(node instanceof SequenceNode sequence)) {
      errors.add(node, path, ScalarReader.expectedList(node));
      return null;
    }
    List<Object> list = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      Object value = value(path, item, element);
      if (value != null) {
        list.add(value);
      }
    }
    return list.size() == sequence.getValue().size() ? list : null;
  }

  private @Nullable SequencedMap<String, Object> map(String path, Node node, Type element) {
    SequencedMap<String, NodeTuple> entries = entries(path, node, "names with their values");
    if (entries == null) {
      return null;
    }
    SequencedMap<String, Object> map = new LinkedHashMap<>();
    entries.forEach(
        (key, tuple) -> {
          Object value = value(join(path, key), tuple.getValueNode(), element);
          if (value != null) {
            map.put(key, value);
          }
        });
    return map.size() == entries.size() ? map : null;
  }

  /**
   * One of several records, told apart by {@link ToldBy}: a block with {@code command} is a {@code
   * Process}.
   */
  private @Nullable Object oneOf(String path, Node node, Class<?> sealed) {
    SequencedMap<String, NodeTuple> given = entries(path, node, "options");
    if (given == null) {
      return null;
    }
    List<Class<?>> forms = List.of(sealed.getPermittedSubclasses());
    List<Class<?>> matching =
        forms.stream()
            .filter(form -> discriminators(form).stream().anyMatch(given::containsKey))
            .toList();
    String names = anyOf(forms.stream().map(form -> discriminators(form).getFirst()).toList());
    if (matching.isEmpty()) {
      errors.add(node, path, "expected " + names + oftenMeant(given, forms));
      return null;
    }
    if (matching.size() > 1) {
      NodeTuple last = Objects.requireNonNull(given.get(given(matching.getLast(), given)));
      errors.add(last.getKeyNode(), path, "expected " + names + ", and only one of them");
      return null;
    }
    Class<?> form = matching.getFirst();
    return bind(path, node, given, form, " beside " + given(form, given));
  }

  /** {@code a command, a url or an address}. */
  private static String anyOf(List<String> names) {
    List<String> each =
        names.stream()
            .map(name -> ("aeio".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name)
            .toList();
    int last = each.size() - 1;
    return String.join(", ", each.subList(0, last)) + " or " + each.get(last);
  }

  private static String oftenMeant(Map<String, NodeTuple> given, List<Class<?>> forms) {
    List<String> names = forms.stream().flatMap(form -> discriminators(form).stream()).toList();
    return given.keySet().stream()
        .flatMap(
            key ->
                Nearest.to(key, names)
                    .map(near -> "; is " + key + " meant to be " + near + "?")
                    .stream())
        .findFirst()
        .orElse("");
  }

  private static List<String> discriminators(Class<?> form) {
    return List.of(Objects.requireNonNull(form.getAnnotation(ToldBy.class)).value());
  }

  /** By which of its options a form was told. */
  private static String given(Class<?> form, Map<String, NodeTuple> given) {
    return discriminators(form).stream().filter(given::containsKey).findFirst().orElseThrow();
  }

  private void reportUnknown(
      String path, Map<String, NodeTuple> given, List<OptionInfo> options, String ofWhat) {
    Map<String, OptionInfo> known =
        options.stream().collect(Collectors.toMap(OptionInfo::name, option -> option));
    given.forEach(
        (name, tuple) -> {
          if (!known.containsKey(name)) {
            String hint =
                Nearest.to(name, known.keySet())
                    .map(
                        near ->
                            "did you mean "
                                + Objects.requireNonNull(known.get(near)).described()
                                + "?")
                    .orElseGet(() -> "there are " + names(options));
            errors.add(
                tuple.getKeyNode(), join(path, name), "no such option" + ofWhat + "; " + hint);
          }
        });
  }

  private static String names(List<OptionInfo> options) {
    return options.stream().map(OptionInfo::name).collect(Collectors.joining(", "));
  }

  /** An option with nothing behind its colon is left out, if it may be. */
  private static boolean leavesOut(Node value, OptionInfo option) {
    return option.optional() && value.getTag().equals(Tag.NULL);
  }

  /** The entries of a mapping by name; reports what is no mapping, no name, or given twice. */
  private @Nullable SequencedMap<String, NodeTuple> entries(
      String path, Node node, String expected) {
    if (node.getNodeType() != NodeType.MAPPING) {
      errors.add(node, path, "expected " + expected + ", found " + ScalarReader.found(node));
      return null;
    }
    SequencedMap<String, NodeTuple> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : ((MappingNode) node).getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        errors.add(tuple.getKeyNode(), path, "expected a name, found a list or a block");
        continue;
      }
      NodeTuple first = entries.putIfAbsent(key.getValue(), tuple);
      if (first != null) {
        int line = first.getKeyNode().getStartMark().orElseThrow().getLine() + 1;
        errors.add(key, join(path, key.getValue()), "given twice, first in line " + line);
      }
    }
    return entries;
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static <R> Constructor<R> constructor(Class<R> type) throws NoSuchMethodException {
    Class<?>[] parameters =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    return type.getDeclaredConstructor(parameters);
  }
}
