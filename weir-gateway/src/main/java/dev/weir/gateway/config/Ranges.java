package dev.weir.gateway.config;

import dev.weir.tcp.Address;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the numbers and durations of a record begin. Only its constructor knows, so that is asked:
 * with one value of an option, and every other one as it is by default.
 */
final class Ranges {
  private final Class<?> record;
  private final List<OptionInfo> options;

  Ranges(Class<?> record) {
    this.record = record;
    this.options = OptionInfo.of(record);
  }

  /** The least number that an option takes. */
  int least(OptionInfo option) {
    return take(option, 0) ? 0 : 1;
  }

  /** Whether a duration has to be more than nothing. */
  boolean positive(OptionInfo option) {
    return !take(option, Duration.ZERO);
  }

  /** Whether an option may have a value while every other one is as usual. */
  private boolean take(OptionInfo option, Object value) {
    List<@Nullable Object> values = new ArrayList<>();
    for (OptionInfo other : options) {
      values.add(other.equals(option) ? value : usual(other));
    }
    try {
      RecordBinder.constructor(record).newInstance(values.toArray());
      return true;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidOptionException invalid) {
        return !invalid.option().equals(option.name());
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A default, or an example of what has none and is needed to tell one record from another. */
  private @Nullable Object usual(OptionInfo option) {
    ToldBy told = record.getAnnotation(ToldBy.class);
    if (told == null || !told.value()[0].equals(option.name())) {
      return RecordBinder.defaultOf(option);
    }
    if (option.type() == UpstreamUrl.class) {
      return new UpstreamUrl(URI.create("http://localhost"), "");
    }
    return option.type() == SocketAddress.class
        ? new SocketAddress(Address.of("localhost", 1))
        : List.of("program");
  }
}
