package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.Secret;
import dev.weir.gateway.config.WrittenConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir config print}: prints what the gateway makes of a configuration. */
@Command(
    name = "print",
    mixinStandardHelpOptions = true,
    description = "Prints what a configuration says, without secrets and as a configuration.",
    footer = {
      "",
      "Values that come from ${env:NAME} or ${file:/path} stay such references. Values that",
      "look secret are written as " + Secret.MASK + "; a note on stderr says how many."
    })
final class ConfigPrintCommand implements Callable<Integer> {
  private static final Path USUAL_FILE = Path.of("weir.yaml");

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "The configuration; weir.yaml by default, and the defaults without that file.")
  private @Nullable Path file;

  @Option(
      names = "--effective",
      description = "Every option, also those that have their default; otherwise only the others.")
  private boolean effective;

  @Option(names = "--json", description = "Print it as JSON, which is a configuration as well.")
  private boolean json;

  private final Terminal terminal;

  ConfigPrintCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    GatewayConfig config = read();
    WrittenConfig written =
        effective ? WrittenConfig.withDefaults(config) : WrittenConfig.withoutDefaults(config);
    terminal.out().print(json ? written.json() : written.yaml());
    terminal.out().flush();
    if (written.masked() > 0) {
      String values = written.masked() == 1 ? "1 value looks" : written.masked() + " values look";
      terminal.say(values + " secret and stands there as " + Secret.MASK);
    }
    return ExitCodes.OK;
  }

  private GatewayConfig read() {
    Path taken = file == null && Files.exists(USUAL_FILE) ? USUAL_FILE : file;
    if (taken == null) {
      return GatewayConfig.defaults();
    }
    try {
      return ConfigReader.read(taken);
    } catch (ConfigException e) {
      e.errors().forEach(error -> terminal.err().println(error));
      String errors = e.errors().size() == 1 ? "1 error" : e.errors().size() + " errors";
      throw new CommandFailure(ExitCodes.USAGE, "not printed: " + errors + " in " + taken);
    } catch (IOException e) {
      throw ServeCommand.unreadable(taken, e);
    }
  }
}
