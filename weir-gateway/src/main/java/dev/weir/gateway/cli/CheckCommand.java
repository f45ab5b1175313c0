package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigError;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.Warnings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir check}: says everything that is wrong with a configuration, and starts nothing. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Checks a configuration and starts nothing.",
    footer = {"", "Exit codes: 0 it can be served, though perhaps with warnings, 2 it cannot."})
final class CheckCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      defaultValue = "weir.yaml",
      description = "The configuration; weir.yaml by default.")
  private Path file = Path.of("weir.yaml");

  @Option(names = "--json", description = "Print the outcome as one JSON object.")
  private boolean json;

  private final Terminal terminal;

  CheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try {
      report(ConfigReader.read(file));
      return ExitCodes.OK;
    } catch (ConfigException e) {
      report(e.errors());
      return ExitCodes.USAGE;
    } catch (IOException e) {
      throw ServeCommand.unreadable(file, e);
    }
  }

  private void report(GatewayConfig config) {
    int count = config.upstreams().size();
    List<String> warnings = Warnings.of(config, Instant.now());
    if (json) {
      ObjectNode outcome = JsonMapper.shared().createObjectNode();
      outcome.put("ok", true).put("upstreams", count);
      if (!warnings.isEmpty()) {
        warnings.forEach(outcome.putArray("warnings")::add);
      }
      terminal.out().println(outcome);
    } else {
      warnings.forEach(warning -> terminal.out().println("warning: " + warning));
      terminal.out().println("ok: " + (count == 1 ? "1 upstream" : count + " upstreams"));
    }
    terminal.out().flush();
  }

  private void report(List<ConfigError> errors) {
    if (json) {
      ObjectNode outcome = JsonMapper.shared().createObjectNode();
      outcome.put("ok", false).putPOJO("errors", errors);
      terminal.out().println(JsonMapper.shared().writeValueAsString(outcome));
    } else {
      errors.forEach(error -> terminal.out().println(error));
      terminal.out().println(errors.size() == 1 ? "1 error" : errors.size() + " errors");
    }
    terminal.out().flush();
  }
}
