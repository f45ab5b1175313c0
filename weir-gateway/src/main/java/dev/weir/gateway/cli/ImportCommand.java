package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

  private final Terminal terminal;

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var servers = new DesktopServers(read());
    String yaml =
        UpstreamsYaml.of(servers.upstreams(), "made by weir import from " + file.getFileName());
    servers.notes().forEach(terminal::say);
    boolean any = servers.upstreams().stream().anyMatch(upstream -> upstream.left().isEmpty());
    if (!any) {
      throw new CommandFailure(ExitCodes.FAILED, "no server of " + file + " can be an upstream");
    }
    write(yaml);
    return check(yaml);
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

  private void write(String yaml) {
    Path to = output;
    if (to == null) {
      terminal.out().print(yaml);
      terminal.out().flush();
      return;
    }
    try {
      Files.writeString(to, yaml, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCodes.FAILED, to + " exists already and is left as it is");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was made must be servable, once the variables are set. */
  private int check(String yaml) {
    Path directory = Path.of("").toAbsolutePath();
    String name = output == null ? "weir.yaml" : output.toString();
    try {
      ConfigReader.read(name, yaml, directory, _ -> "set");
      return ExitCodes.OK;
    } catch (ConfigException e) {
      e.errors().forEach(error -> terminal.err().println(error));
      terminal.say("this has to be changed by hand before weir serve takes it");
      return ExitCodes.FAILED;
    }
  }
}
