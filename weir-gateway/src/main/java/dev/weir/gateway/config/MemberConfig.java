package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an aggregate shows of one upstream. */
public record MemberConfig(
    @Option(
            byDefault = "",
            about =
                "before the names of its tools and prompts; by default its own name and two underscores")
        @Form(MemberConfig.PREFIX_FORM)
        @Nullable String prefix,
    @Option(byDefault = "", about = "which of its tools are shown, and how they are called")
        NamesConfig tools,
    @Option(byDefault = "", about = "which of its prompts are shown, and how they are called")
        NamesConfig prompts,
    @Option(byDefault = "", about = "which of its resources are shown, by their URIs")
        FilterConfig resources) {
  static final String PREFIX_FORM = "[A-Za-z0-9_./-]*";

  private static final Pattern PREFIX = Pattern.compile(PREFIX_FORM);

  public MemberConfig {
    if (prefix != null && !PREFIX.matcher(prefix).matches()) {
      throw new InvalidOptionException(
          "prefix", prefix, "letters, digits and any of _ . / -, or nothing between quotes");
    }
  }

  /** With everything left out. */
  public static MemberConfig defaults() {
    return RecordBinder.defaults(MemberConfig.class);
  }
}
