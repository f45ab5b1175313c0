package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigError;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir import}: makes a configuration from a desktop client's {@code mcpServers}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Makes a configuration from a desktop client's mcpServers JSON.",
    footer = {
      "",
      "Values that look like secrets become references to environment variables; notes on",
      "stderr say which to set.",
      "For example:  weir import claude_desktop_config.json > weir.yaml"
    })
final class ImportCommand implements Callable<Integer> {
  /** Clients allow comments in these files. */
  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .build();

  @Parameters(paramLabel = "FILE", description = "The client's configuration.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write there instead of stdout; never over an existing file.")
  private @Nullable Path output;

  @Option(
      names = "--json",
      description = "Print the outcome as one JSON object: ok, config as YAML, notes, errors.")
  private boolean json;

  private final Terminal terminal;

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var servers = new DesktopServers(read());
    String yaml =
        UpstreamsYaml.of(servers.upstreams(), "made by weir import from " + file.getFileName());
    boolean any = servers.upstreams().stream().anyMatch(upstream -> upstream.left().isEmpty());
    List<ConfigError> errors = any ? check(yaml) : List.of();
    if (any && output != null) {
      write(yaml, output);
    }
    if (json) {
      report(yaml, servers.notes(), errors, any && errors.isEmpty());
    } else {
      servers.notes().forEach(terminal::say);
      print(yaml, errors, any);
    }
    return any && errors.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private void report(String yaml, List<String> notes, List<ConfigError> errors, boolean ok) {
    ObjectNode outcome = JsonMapper.shared().createObjectNode();
    outcome.put("ok", ok).put("config", yaml);
    outcome.putPOJO("notes", notes).putPOJO("errors", errors);
    terminal.out().println(JsonMapper.shared().writeValueAsString(outcome));
    terminal.out().flush();
  }

  private void print(String yaml, List<ConfigError> errors, boolean any) {
    if (!any) {
      terminal.say("no server of " + file + " can be an upstream");
      return;
    }
    if (output == null) {
      terminal.out().print(yaml);
      terminal.out().flush();
    }
    if (!errors.isEmpty()) {
      errors.forEach(error -> terminal.err().println(error));
      terminal.say("this has to be changed by hand before weir serve takes it");
    }
  }

  private JsonNode read() {
    JsonNode root;
    try {
      root = LENIENT.readTree(Files.readString(file));
    } catch (JacksonException e) {
      var at = e.getLocation();
      String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
      throw new CommandFailure(
          ExitCodes.USAGE, file + place + ": this is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw ServeCommand.unreadable(file, e);
    }
    for (String name : new String[] {"mcpServers", "servers"}) {
      if (root.path(name).isObject() && !root.path(name).isEmpty()) {
        return root.path(name);
      }
    }
    throw new CommandFailure(ExitCodes.USAGE, file + " has no mcpServers");
  }

  private static void write(String yaml, Path to) {
    try {
      Files.writeString(to, yaml, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCodes.FAILED, to + " exists already and is left as it is");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was made must be servable, once the variables are set; otherwise why it is not. */
  private List<ConfigError> check(String yaml) {
    Path directory = Path.of("").toAbsolutePath();
    String name = output == null ? "weir.yaml" : output.toString();
    try {
      ConfigReader.read(name, yaml, directory, _ -> "set");
      return List.of();
    } catch (ConfigException e) {
      return e.errors();
    }
  }
}
