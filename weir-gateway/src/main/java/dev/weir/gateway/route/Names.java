package dev.weir.gateway.route;

import dev.weir.gateway.call.Allowed;
import java.util.LinkedHashMap;
import java.util.Map;
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
}
