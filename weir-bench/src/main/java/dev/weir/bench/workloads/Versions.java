package dev.weir.bench.workloads;

import dev.weir.pool.Pool;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.pool2.ObjectPool;

/** Which build of a contender was measured, as its jar says. */
final class Versions {
  private static final Pattern IN_JAR = Pattern.compile("-(\\d[^/]*)\\.jar$");

  private Versions() {}

  /** Name and version; empty for what is no library. */
  static Optional<String> of(String contender) {
    return switch (contender) {
      case Contenders.NO_POOL -> Optional.empty();
      case Contenders.STORMPOT -> Optional.of("stormpot " + version(stormpot.Pool.class));
      case String name when name.startsWith(Contenders.COMMONS) ->
          Optional.of("commons-pool2 " + version(ObjectPool.class));
      default -> Optional.of("weir " + version(Pool.class));
    };
  }

  private static String version(Class<?> type) {
    String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    Matcher version = IN_JAR.matcher(jar);
    return version.find() ? version.group(1) : "from the tree";
  }
}
