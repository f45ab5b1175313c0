package dev.weir.gateway.route;

import org.jspecify.annotations.Nullable;

/**
 * How the names of several upstreams share one list: {@code NAME__tool}. No upstream's name
 * contains the separator, so the first one decides.
 */
final class NamePrefix {
  private static final String SEPARATOR = "__";

  private NamePrefix() {}

  /** A name of the aggregate, taken apart. */
  record Split(String upstream, String name) {}

  static String add(String upstream, String name) {
    return upstream + SEPARATOR + name;
  }

  /** Null when the name has no prefix. */
  static @Nullable Split split(String prefixed) {
    int at = prefixed.indexOf(SEPARATOR);
    return at <= 0
        ? null
        : new Split(prefixed.substring(0, at), prefixed.substring(at + SEPARATOR.length()));
  }
}
