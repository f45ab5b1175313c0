package dev.weir.gateway.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Writes upstreams as one would write them by hand. */
final class UpstreamsYaml {
  private static final Pattern PLAIN =
      Pattern.compile("(?:[A-Za-z0-9_/.]|--?[A-Za-z])[A-Za-z0-9_/.@=+~-]*");
  private static final Pattern PLAIN_URL =
      Pattern.compile("https?://[A-Za-z0-9_/.@=+~:&?-]*[A-Za-z0-9_/]");
  private static final Set<String> NOT_TEXT = Set.of("null", "Null", "NULL", "true", "false");

  private UpstreamsYaml() {}

  static String of(List<DesktopServers.Upstream> upstreams, String origin) {
    StringBuilder yaml = new StringBuilder("# " + oneLine(origin) + "\nupstreams:\n");
    for (DesktopServers.Upstream upstream : upstreams) {
      if (upstream.left().isEmpty()) {
        upstream(yaml, upstream);
      } else {
        StringBuilder entry = new StringBuilder();
        upstream(entry, upstream);
        yaml.append("  # left out, ").append(upstream.left()).append(":\n");
        entry.toString().lines().forEach(line -> yaml.append("  #").append(line).append('\n'));
      }
    }
    return yaml.toString();
  }

  private static void upstream(StringBuilder yaml, DesktopServers.Upstream upstream) {
    yaml.append("  ").append(upstream.name()).append(":\n");
    if (!upstream.command().isEmpty()) {
      String command =
          upstream.command().stream().map(UpstreamsYaml::inFlow).collect(Collectors.joining(", "));
      yaml.append("    command: [").append(command).append("]\n");
    }
    if (!upstream.url().isEmpty()) {
      yaml.append("    url: ").append(text(upstream.url())).append('\n');
    }
    block(yaml, "environment", upstream.environment());
    block(yaml, "headers", upstream.headers());
    if (!upstream.directory().isEmpty()) {
      yaml.append("    directory: ").append(text(upstream.directory())).append('\n');
    }
  }

  private static void block(StringBuilder yaml, String name, Map<String, String> entries) {
    if (!entries.isEmpty()) {
      yaml.append("    ").append(name).append(":\n");
      entries.forEach(
          (key, value) ->
              yaml.append("      ")
                  .append(inFlow(key))
                  .append(": ")
                  .append(text(value))
                  .append('\n'));
    }
  }

  private static String text(String text) {
    return PLAIN_URL.matcher(text).matches() ? text : inFlow(text);
  }

  /** JSON's strings are YAML's double-quoted ones. */
  private static String inFlow(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !NOT_TEXT.contains(text);
    return plain ? text : JsonMapper.shared().writeValueAsString(text);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
