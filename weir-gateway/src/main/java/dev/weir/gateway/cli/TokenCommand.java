package dev.weir.gateway.cli;

import picocli.CommandLine.Command;

/** {@code weir token}: holds the commands about tokens of clients. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes tokens by which a gateway knows its clients.")
final class TokenCommand {}
