package dev.weir.gateway.config;

import dev.weir.pool.Options;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.databind.json.JsonMapper;

/**
 * A configuration as one would write it, without its secrets. What it writes can be read again: a
 * value that was referred to is the reference, one that looks secret is {@link Secret#MASK}.
 *
 * <p>Options that have neither a value nor a default to write down are left out.
 */
public final class WrittenConfig {
  private static final DumpSettings IN_LINES =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setIndicatorIndent(2)
          .setIndentWithIndicator(true)
          .setSplitLines(false)
          .build();

  private final boolean defaults;
  private final SequencedMap<String, Object> options;
  private int masked;

  private WrittenConfig(GatewayConfig config, boolean defaults) {
    this.defaults = defaults;
    this.options = block(config);
  }

  /** With every option. */
  public static WrittenConfig withDefaults(GatewayConfig config) {
    return new WrittenConfig(config, true);
  }

  /** With the options that have another value than by default. */
  public static WrittenConfig withoutDefaults(GatewayConfig config) {
    return new WrittenConfig(config, false);
  }

  /** How many values are masked because they look secret. */
  public int masked() {
    return masked;
  }

  /** As YAML, an option a line. */
  public String yaml() {
    return new Dump(IN_LINES).dumpToString(options);
  }

  /** As one JSON object, in lines. */
  public String json() {
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(options) + "\n";
  }

  private SequencedMap<String, Object> block(Record record) {
    SequencedMap<String, Object> written = new LinkedHashMap<>();
    for (OptionInfo option : OptionInfo.of(record.getClass())) {
      Object value = option.of(record);
      if (value != null
          && mayBeGiven(option, value)
          && (defaults || !value.equals(RecordBinder.defaultOf(option)))) {
        written.put(option.name(), value(option, value));
      }
    }
    return written;
  }

  /** Some lists and blocks may be left out, and not be empty. */
  private static boolean mayBeGiven(OptionInfo option, Object value) {
    Form form = option.form();
    int least = form == null ? 0 : form.atLeast();
    return switch (value) {
      case Collection<?> list -> list.size() >= least;
      case Map<?, ?> map -> map.size() >= least;
      default -> true;
    };
  }

  private Object value(OptionInfo option, Object value) {
    // Of all texts that are no Secret, only a program's arguments are likely to hold one.
    return option.name().equals("command")
        ? SecretGuess.masked(texts(value)).stream().map(this::counted).toList()
        : value("", value);
  }

  private static List<String> texts(Object list) {
    return ((List<?>) list).stream().map(String.class::cast).toList();
  }

  private Object value(String name, Object value) {
    return switch (value) {
      case Record block when OptionInfo.isBlock(block.getClass()) -> block(block);
      case Map<?, ?> map -> map(map);
      case List<?> list -> list.stream().map(element -> value(name, element)).toList();
      case Secret secret -> counted(secret.written(name));
      case UpstreamUrl url -> counted(url.toString());
      case Integer number -> number;
      case Boolean truth -> truth;
      case Duration duration -> Durations.format(duration);
      default -> Options.text(value);
    };
  }

  private SequencedMap<String, Object> map(Map<?, ?> map) {
    SequencedMap<String, Object> written = new LinkedHashMap<>();
    map.forEach((key, value) -> written.put((String) key, value((String) key, value)));
    return written;
  }

  private String counted(String text) {
    masked += text.endsWith(Secret.MASK) ? 1 : 0;
    return text;
  }
}
