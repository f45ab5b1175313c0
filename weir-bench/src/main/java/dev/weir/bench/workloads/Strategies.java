package dev.weir.bench.workloads;

import dev.weir.pool.Selection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The selection strategies that come with the pool, by the name that its options have for them. */
final class Strategies {
  private static final Map<String, Selection> ALL = new LinkedHashMap<>();

  static {
    for (Selection selection : Selection.values()) {
      ALL.put(selection.name().toLowerCase(Locale.ROOT).replace('_', '-'), selection);
    }
  }

  private Strategies() {}

  static Map<String, Selection> all() {
    return ALL;
  }
}
