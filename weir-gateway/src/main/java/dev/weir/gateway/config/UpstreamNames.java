package dev.weir.gateway.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** How upstreams and aggregates may be called: the name is part of a path and of a tool's name. */
public final class UpstreamNames {
  static final String FORM = "[a-z0-9][a-z0-9-]*";

  private static final Pattern NAME = Pattern.compile(FORM);

  private UpstreamNames() {}

  /** The path of the route of an upstream or aggregate. */
  static String path(String name) {
    return name.equals(GatewayConfig.ALL) ? "/mcp" : "/mcp/" + name;
  }

  /** What is wrong with a name, if anything is. */
  public static Optional<String> problem(String name) {
    if (NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        name.contains("__")
            ? "not a name: two underscores divide an upstream's name from a tool's"
            : "not a name; expected small letters, digits and dashes, no dash first");
  }
}
