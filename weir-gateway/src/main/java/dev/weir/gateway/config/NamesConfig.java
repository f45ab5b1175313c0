package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Which names of an upstream are shown, and how. Patterns are about the upstream's own names. */
public record NamesConfig(
    @Option(
            byDefault = "",
            about = "patterns of those that are shown, * for anything; by default all")
        List<String> allow,
    @Option(byDefault = "", about = "patterns of those that are not shown, whatever allow says")
        List<String> deny,
    @Option(
            byDefault = "",
            about = "what some are called instead, without the prefix, by the upstream's own names")
        SequencedMap<String, String> rename) {
  public NamesConfig {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    rename = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(rename));
    Set<String> taken = new HashSet<>();
    rename.forEach(
        (name, shown) -> {
          if (shown.isBlank() || !taken.add(shown)) {
            throw new InvalidOptionException("rename." + name, shown, "a name that no other has");
          }
        });
  }
}
