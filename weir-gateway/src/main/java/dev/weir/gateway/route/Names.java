package dev.weir.gateway.route;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the names of one upstream's tools or prompts stand in an aggregate: which are shown, with
 * what before them, and which under another name. Both directions are told from the configuration
 * alone, so that a client may call what it has not listed. Immutable.
 */
public final class Names {
  private final String prefix;
  private final Allowed allowed;
  private final Map<String, String> shownAs;
  private final Map<String, String> meant = new LinkedHashMap<>();

  /**
   * @param prefix before every name that has no other
   * @param allowed which names are shown; asked with the upstream's own names
   * @param rename other names, without prefix, by the upstream's own
   */
  public Names(String prefix, Allowed allowed, Map<String, String> rename) {
    this.prefix = prefix;
    this.allowed = allowed;
    this.shownAs = Map.copyOf(rename);
    rename.forEach((name, shown) -> meant.put(shown, name));
  }

  /** What clients see of this name of the upstream; null when they do not. */
  @Nullable String outward(String name) {
    if (!allowed.has(name)) {
      return null;
    }
    return shownAs.getOrDefault(name, prefix + name);
  }

  /** The upstream's own name for what clients call so; null when none of its names is. */
  @Nullable String inward(String shown) {
    String name = meant.get(shown);
    if (name == null && shown.startsWith(prefix)) {
      name = shown.substring(prefix.length());
      if (shownAs.containsKey(name)) {
        return null;
      }
    }
    return name != null && allowed.has(name) ? name : null;
  }

  /**
   * Which names or URIs are let through: those that a pattern allows, all where there is none, but
   * for those that a pattern denies. In a pattern {@code *} stands for anything.
   */
  public record Allowed(List<Pattern> allow, List<Pattern> deny) {
    public Allowed {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
    }

    /** From patterns as the configuration has them. */
    public static Allowed of(List<String> allow, List<String> deny) {
      return new Allowed(
          allow.stream().map(Allowed::compiled).toList(),
          deny.stream().map(Allowed::compiled).toList());
    }

    private static Pattern compiled(String pattern) {
      String[] parts = pattern.split("\\*", -1);
      String regex = Arrays.stream(parts).map(Pattern::quote).collect(Collectors.joining(".*"));
      return Pattern.compile(regex, Pattern.DOTALL);
    }

    boolean has(String name) {
      return (allow.isEmpty() || matches(allow, name)) && !matches(deny, name);
    }

    private static boolean matches(List<Pattern> patterns, String name) {
      return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
  }
}
