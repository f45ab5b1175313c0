package dev.weir.gateway.cli;

import dev.weir.gateway.config.SecretGuess;
import dev.weir.gateway.config.UpstreamNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The {@code mcpServers} of a desktop client, made into upstreams. What cannot be taken over, or
 * was changed, is in {@link #notes}; secrets become references to the environment.
 */
final class DesktopServers {
  /** {@code ${NAME}}, {@code ${NAME:-default}}, {@code ${env:NAME}} and {@code ${input:id}}. */
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{(?:(env|input):)?([A-Za-z_][A-Za-z0-9_-]*)(?::-[^}]*)?}");

  private static final Set<String> KNOWN =
      Set.of(
          "command",
          "args",
          "env",
          "cwd",
          "url",
          "serverUrl",
          "httpUrl",
          "headers",
          "type",
          "transport",
          "disabled");

  private final List<Upstream> upstreams = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> variables = new HashMap<>();

  /**
   * One server.
   *
   * @param left why it cannot be an upstream; empty when it is one
   */
  record Upstream(
      String name,
      List<String> command,
      Map<String, String> environment,
      String directory,
      String url,
      Map<String, String> headers,
      String left) {}

  /** Takes over every server of a {@code mcpServers} object. */
  DesktopServers(JsonNode servers) {
    servers
        .properties()
        .forEach(entry -> upstreams.add(upstream(entry.getKey(), entry.getValue())));
  }

  List<Upstream> upstreams() {
    return upstreams;
  }

  /** What the user should know, in the order of the servers. */
  List<String> notes() {
    return notes;
  }

  private Upstream upstream(String given, JsonNode server) {
    String name = validName(given);
    String url = firstText(server, "url", "serverUrl", "httpUrl");
    List<String> command = command(name, server);
    String left = left(server, url, command);
    if (!left.isEmpty()) {
      notes.add(name + ": left out, " + left);
      return new Upstream(name, command, Map.of(), "", withoutQuery(url), Map.of(), left);
    }
    for (String key : server.propertyNames()) {
      if (!KNOWN.contains(key)) {
        notes.add(name + ": " + key + " is not taken over, Weir has nothing like it");
      }
    }
    boolean process = !command.isEmpty();
    return new Upstream(
        name,
        command,
        process ? values(name, server.path("env"), "") : Map.of(),
        process ? server.path("cwd").asString("") : "",
        process ? "" : withSecretsInQuery(name, url),
        process ? Map.of() : values(name, server.path("headers"), prefix(name)),
        "");
  }

  private static String left(JsonNode server, String url, List<String> command) {
    String type = firstText(server, "type", "transport").toLowerCase(Locale.ROOT);
    if (server.path("disabled").asBoolean(false)) {
      return "it is disabled";
    }
    if (type.equals("sse")) {
      return "its transport is the old HTTP+SSE; many servers have a Streamable HTTP endpoint too";
    }
    if (command.isEmpty() == url.isEmpty()) {
      return command.isEmpty() ? "it has no command and no url" : "it has a command and a url";
    }
    if (!url.isEmpty() && !url.matches("(?i)https?://[^@]+")) {
      return "its url has another form than https://host/path, or credentials in it";
    }
    return "";
  }

  private String validName(String given) {
    String valid =
        given.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    valid = UpstreamNames.problem(valid).isPresent() ? "server" : valid;
    String name = valid;
    for (int i = 2; !names.add(name); i++) {
      name = valid + "-" + i;
    }
    if (!name.equals(given)) {
      notes.add("'" + Terminal.withoutControls(given) + "' is called " + name + " here");
    }
    return name;
  }

  private List<String> command(String name, JsonNode server) {
    List<String> command = new ArrayList<>();
    String program = server.path("command").asString("");
    if (!program.isBlank()) {
      command.add(program);
      server.path("args").forEach(argument -> command.add(argument.asString("")));
    }
    for (int i = 1; i < command.size(); i++) {
      String argument = command.get(i);
      String value = argument.substring(argument.indexOf('=') + 1);
      boolean secret =
          SecretGuess.looksSecret(value)
              || (argument.indexOf('=') > 0
                  && SecretGuess.isSecret(argument.substring(0, argument.indexOf('=')), value));
      if (secret) {
        notes.add(
            name
                + ": argument "
                + i
                + " of its command may be a secret; it is written down as it was");
      }
      if (argument.contains("${")) {
        notes.add(name + ": argument " + i + " of its command has a ${…}, which is not replaced");
      }
    }
    return command;
  }

  private Map<String, String> values(String name, JsonNode given, String prefix) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      if (!entry.getValue().isNull()) {
        String value = entry.getValue().asString("");
        values.put(entry.getKey(), value(name, entry.getKey(), value, prefix));
      }
    }
    return values;
  }

  private String value(String upstream, String key, String value, String prefix) {
    if (VARIABLE.matcher(value).find()) {
      return references(upstream, value);
    }
    if (!SecretGuess.isSecret(key, value)) {
      return value.replace("${", "$${");
    }
    Matcher scheme = Pattern.compile("(?i)(Bearer|Basic|Token) (.+)").matcher(value);
    String secret = scheme.matches() ? scheme.group(2) : value;
    return (scheme.matches() ? scheme.group(1) + " " : "")
        + reference(upstream, prefix + key, secret);
  }

  /** A reference to a variable that holds a secret; one variable never stands for two secrets. */
  private String reference(String upstream, String key, String secret) {
    String variable = variableName(key);
    String held = variables.putIfAbsent(variable, secret);
    if (held != null && !held.equals(secret)) {
      variable = prefix(upstream) + variable;
      variables.put(variable, secret);
    }
    notes.add(upstream + ": set " + variable + " before weir serve; its value is not written down");
    return "${env:" + variable + "}";
  }

  private String references(String upstream, String value) {
    return VARIABLE
        .matcher(value)
        .replaceAll(
            match -> {
              boolean input = "input".equals(match.group(1));
              String variable = input ? variableName(match.group(2)) : match.group(2);
              notes.add(upstream + ": set " + variable + " before weir serve");
              return Matcher.quoteReplacement("${env:" + variable + "}");
            });
  }

  private String withSecretsInQuery(String upstream, String url) {
    return Pattern.compile("([?&])([^=&#]+)=([^&#]*)")
        .matcher(url)
        .replaceAll(
            match -> {
              String value = value(upstream, match.group(2), match.group(3), prefix(upstream));
              return Matcher.quoteReplacement(match.group(1) + match.group(2) + "=" + value);
            });
  }

  private static String withoutQuery(String url) {
    return url.replaceAll("\\?.*", "?…").replaceAll("//[^/@]*@", "//");
  }

  private static String prefix(String upstream) {
    return variableName(upstream) + "_";
  }

  private static String variableName(String key) {
    String name = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
    return name.matches("\\d.*") ? "_" + name : name;
  }

  private static String firstText(JsonNode server, String... keys) {
    for (String key : keys) {
      if (server.path(key).isString()) {
        return server.path(key).asString();
      }
    }
    return "";
  }
}
