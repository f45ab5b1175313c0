package dev.weir.pool;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes records of options from the {@link Option} annotations on their components, so that an
 * option's name, default and unit are written down once. Names are accepted in Java form ({@code
 * maxLifetime}) and dashed ({@code max-lifetime}), values as objects or as text ({@code 30m}). A
 * component that is itself a record groups options.
 */
public final class Options {
  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

  private Options() {}

  /** The record with every option at its default. */
  public static <R extends Record> R defaults(Class<R> type) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      values.put(component.getName(), defaultOf(component));
    }
    return make(type, values);
  }

  /**
   * A copy of {@code base} with some options changed, checked as a whole only when all are changed.
   *
   * @throws InvalidOptionException when there is no such option or its value is not possible
   */
  public static <R extends Record> R with(R base, Map<String, ?> changes) {
    @SuppressWarnings("unchecked") // the class of an R is a Class<R>: records are final
    Class<R> type = (Class<R>) base.getClass();
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      values.put(component.getName(), read(component, base));
    }
    changes.forEach(
        (name, value) -> {
          RecordComponent component = find(type, name);
          values.put(component.getName(), convert(component, value));
        });
    return make(type, values);
  }

  /** {@code maxLifetime} as {@code max-lifetime}. */
  public static String dashed(String javaName) {
    return javaName.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** A value as one would write it in YAML: {@code 30m} rather than {@code PT30M}. */
  public static String text(Object value) {
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
    if (!(value instanceof Duration span)) {
      return String.valueOf(value);
    }
    long millis = span.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
  }

  private static Object defaultOf(RecordComponent component) {
    Option option = component.getAnnotation(Option.class);
    if (option != null) {
      return convert(component, option.byDefault());
    }
    if (component.getType().isRecord()) {
      return defaults(component.getType().asSubclass(Record.class));
    }
    throw new IllegalStateException(
        component.getDeclaringRecord().getName()
            + "."
            + component.getName()
            + " has no @Option annotation");
  }

  private static RecordComponent find(Class<?> type, String name) {
    RecordComponent[] components = type.getRecordComponents();
    return Arrays.stream(components)
        .filter(c -> c.getName().equals(name) || dashed(c.getName()).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidOptionException(
                    name,
                    "this option",
                    "one of "
                        + String.join(
                            ", ",
                            Arrays.stream(components).map(c -> dashed(c.getName())).toList())));
  }

  private static Object convert(RecordComponent component, Object value) {
    Class<?> type = component.getType();
    String text = text(value).trim();
    String name = component.getName();
    if (type.isInstance(value)) {
      return value;
    }
    try {
      if (type == int.class) {
        return Integer.parseInt(text);
      } else if (type == long.class) {
        return Long.parseLong(text);
      } else if (type == double.class) {
        return Double.parseDouble(text);
      } else if (type == String.class) {
        return text;
      }
    } catch (NumberFormatException e) {
      throw new InvalidOptionException(name, value, "a number");
    }
    if (type == boolean.class) {
      if (text.equals("true") || text.equals("false")) {
        return Boolean.valueOf(text);
      }
      throw new InvalidOptionException(name, value, "true or false");
    } else if (type == Duration.class) {
      return duration(name, text);
    } else if (type.isEnum()) {
      return constant(type, name, text);
    }
    throw new IllegalStateException("no option can be of the type " + type.getName());
  }

  private static Object constant(Class<?> type, String name, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (text(constant).equals(text)) {
        return constant;
      }
    }
    throw new InvalidOptionException(name, text, "one of " + String.join(", ", choices(type)));
  }

  /** The possible values of an option whose type is an enum, as one would write them in YAML. */
  public static List<String> choices(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(Options::text).toList();
  }

  private static Duration duration(String name, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidOptionException(
          name, text, "a duration: a whole number with ms, s, m, h or d");
    }
    try {
      long amount = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InvalidOptionException(name, text, "a shorter duration");
    }
  }

  private static Object read(RecordComponent component, Record from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("options have to be public records: " + from.getClass(), e);
    }
  }

  private static <R extends Record> R make(Class<R> type, Map<String, Object> values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values.values().toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("options have to be public records: " + type, e);
    }
  }
}
