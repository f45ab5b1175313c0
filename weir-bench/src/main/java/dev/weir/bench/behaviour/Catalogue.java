package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.theme.Themes;
import java.util.List;

/** Every behaviour. */
public final class Catalogue {
  private static final List<Behaviour> ALL =
      Themes.all().stream().flatMap(theme -> Behaviour.of(theme).stream()).toList();

  private Catalogue() {}

  public static List<Behaviour> all() {
    return ALL;
  }

  /** Those whose id contains one of {@code parts}, in any case; all when there is none. */
  public static List<Behaviour> matching(List<String> parts) {
    return ALL.stream()
        .filter(
            behaviour ->
                parts.isEmpty() || parts.stream().anyMatch(part -> matches(behaviour, part)))
        .toList();
  }

  private static boolean matches(Behaviour behaviour, String part) {
    return behaviour
        .id()
        .toLowerCase(java.util.Locale.ROOT)
        .contains(part.toLowerCase(java.util.Locale.ROOT));
  }
}
