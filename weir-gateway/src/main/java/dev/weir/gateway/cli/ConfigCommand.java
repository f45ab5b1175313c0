package dev.weir.gateway.cli;

import picocli.CommandLine.Command;

/** {@code weir config}: holds the commands about the configuration itself. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows a configuration with its defaults, or the schema of all.")
final class ConfigCommand {}
