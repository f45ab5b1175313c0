package dev.weir.gateway.config;

import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which options can be changed while what they are for goes on: those that their records declare
 * {@link Option#live}, blocks within blocks. Of the gateway the others need a restart; of an
 * upstream they make it another one.
 */
public final class LiveOptions {
  private LiveOptions() {}

  /** The options that differ and are not live, by their paths in the file. */
  public static List<String> fixedThatDiffer(Record now, Record next) {
    List<String> paths = new ArrayList<>();
    collect("", now, next, paths);
    return paths;
  }

  private static void collect(String path, Record now, Record next, List<String> into) {
    for (RecordComponent component : now.getClass().getRecordComponents()) {
      Object mine = read(component, now);
      Object other = read(component, next);
      String name = path + Options.dashed(component.getName());
      if (OptionInfo.isBlock(component.getType()) && mine != null && other != null) {
        collect(name + ".", (Record) mine, (Record) other, into);
      } else if (!isLive(component) && !Objects.equals(mine, other)) {
        into.add(name);
      }
    }
  }

  /**
   * {@code next}, with those options as they are {@code now} that are not live.
   *
   * @throws InvalidOptionException when the two do not go together
   */
  public static <R extends Record> R merged(R now, R next) {
    RecordComponent[] components = now.getClass().getRecordComponents();
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Object mine = read(components[i], now);
      Object other = read(components[i], next);
      boolean isBlock = OptionInfo.isBlock(components[i].getType());
      values[i] =
          isBlock && mine != null && other != null
              ? merged((Record) mine, (Record) other)
              : isLive(components[i]) ? other : mine;
    }
    @SuppressWarnings("unchecked") // records are final
    Class<R> type = (Class<R>) now.getClass();
    return make(type, components, values);
  }

  /** What of an upstream cannot change while it is the same: equal for two that are. */
  public static Object fixed(UpstreamConfig upstream) {
    List<@Nullable Object> fixed = new ArrayList<>();
    fixed.add(upstream.getClass());
    for (RecordComponent component : upstream.getClass().getRecordComponents()) {
      if (!isLive(component)) {
        fixed.add(read(component, (Record) upstream));
      }
    }
    return fixed;
  }

  /** Whether an option may change while what it is for goes on; a block's options say it each. */
  static boolean isLive(RecordComponent component) {
    Option option = component.getAnnotation(Option.class);
    return option != null && option.live();
  }

  private static @Nullable Object read(RecordComponent component, Record from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private static <R extends Record> R make(
      Class<R> type, RecordComponent[] components, @Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidOptionException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(type + " cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }
}
