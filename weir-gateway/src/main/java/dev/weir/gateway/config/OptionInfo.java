package dev.weir.gateway.config;

import dev.weir.gateway.auth.TokenHash;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One option as a record declares it with {@link Option}. An empty default means: empty where that
 * means something (lists, maps, blocks, nullable components), and required otherwise.
 *
 * @param name as in the file
 * @param type what the record holds
 * @param byDefault as it would be written; empty for none
 * @param optional whether it may be left out without a default
 * @param nullable whether a record then has null for it
 * @param about what it does
 * @param form what its texts look like, if that is said
 * @param accessor reads it from a record
 */
record OptionInfo(
    String name,
    Type type,
    String byDefault,
    boolean optional,
    boolean nullable,
    String about,
    @Nullable Form form,
    Method accessor) {

  /** The options of a record, in its order. */
  static List<OptionInfo> of(Class<?> record) {
    return Arrays.stream(record.getRecordComponents()).map(OptionInfo::of).toList();
  }

  private static OptionInfo of(RecordComponent component) {
    Option option =
        Objects.requireNonNull(component.getAnnotation(Option.class), component::getName);
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    boolean optional =
        nullable
            || Collection.class.isAssignableFrom(component.getType())
            || Map.class.isAssignableFrom(component.getType())
            || isBlock(component.getType());
    return new OptionInfo(
        Options.dashed(component.getName()),
        component.getGenericType(),
        option.byDefault(),
        optional,
        nullable,
        option.about(),
        component.getAnnotation(Form.class),
        component.getAccessor());
  }

  /** What a record has for it. */
  @Nullable Object of(Record record) {
    try {
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of options are public: " + record.getClass(), e);
    }
  }

  /** Whether a type is a record of options, rather than one value that happens to be a record. */
  static boolean isBlock(Class<?> type) {
    return type.isRecord()
        && Arrays.stream(type.getRecordComponents())
            .anyMatch(component -> component.isAnnotationPresent(Option.class));
  }

  /** {@code max-lifetime (a duration, default 30m)}. */
  String described() {
    return name + " (" + kind() + (byDefault.isEmpty() ? "" : ", default " + byDefault) + ")";
  }

  private String kind() {
    if (type == int.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return ScalarReader.TRUE_OR_FALSE;
    }
    if (type == Duration.class) {
      return "a duration";
    }
    if (type == ByteSize.class) {
      return "a size";
    }
    if (type == Percent.class) {
      return "a part";
    }
    if (type == ListenAddress.class || type == SocketAddress.class || type == ListenSocket.class) {
      return "an address";
    }
    if (type == String.class) {
      return "a text";
    }
    if (type == UpstreamUrl.class) {
      return "a URL";
    }
    if (type == TokenHash.class) {
      return "a hash";
    }
    if (type == LogPlace.class) {
      return LogPlace.EXPECTED;
    }
    if (type == Path.class) {
      return "a directory";
    }
    if (type instanceof Class<?> single && PemFile.class.isAssignableFrom(single)) {
      return "a PEM file";
    }
    if (type instanceof Class<?> single && single.isEnum()) {
      return "one of " + String.join(", ", Options.choices(single));
    }
    return type.getTypeName().startsWith(List.class.getName()) ? "a list" : "a block";
  }
}
