package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir config schema}: prints the JSON Schema with which editors help. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = "Prints the JSON Schema of configurations, for editors.",
    footer = {
      "",
      "For example:  weir config schema > weir.schema.json",
      "and as the first line of weir.yaml:",
      "  # yaml-language-server: $schema=weir.schema.json"
    })
final class ConfigSchemaCommand implements Callable<Integer> {
  private final Terminal terminal;

  ConfigSchemaCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    terminal.out().print(ConfigSchema.json());
    terminal.out().flush();
    return ExitCodes.OK;
  }
}
