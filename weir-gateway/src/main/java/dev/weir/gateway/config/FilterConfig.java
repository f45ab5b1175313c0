package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.util.List;

/** Which of many are shown. */
public record FilterConfig(
    @Option(
            byDefault = "",
            about = "patterns of those that are shown, * for anything; by default all")
        List<String> allow,
    @Option(byDefault = "", about = "patterns of those that are not shown, whatever allow says")
        List<String> deny) {
  public FilterConfig {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }
}
