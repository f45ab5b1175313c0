package dev.weir.gateway.cli;

import dev.weir.gateway.config.Nearest;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code weir}: holds the commands, and turns what they throw into one line and an exit code. */
@Command(
    name = "weir",
    versionProvider = WeirCommand.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "An MCP gateway whose heart is a connection pool.",
    footer = {
      "",
      "First steps:",
      "  weir serve                                   a gateway with a small demonstration server",
      "  weir import claude_desktop_config.json > weir.yaml && weir serve",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no server answered."
    })
public final class WeirCommand implements Callable<Integer> {
  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  private final Terminal terminal;

  private WeirCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The whole command line.
   *
   * @param starter starts the gateway for {@code weir serve}
   */
  public static CommandLine create(
      Terminal terminal, ServeCommand.Starter starter, StopSignals signals) {
    CommandLine line = new CommandLine(new WeirCommand(terminal));
    line.addSubcommand(new ServeCommand(terminal, starter, signals));
    line.addSubcommand(new CheckCommand(terminal));
    line.addSubcommand(
        new CommandLine(new ConfigCommand())
            .addSubcommand(new ConfigPrintCommand(terminal))
            .addSubcommand(new ConfigSchemaCommand(terminal)));
    line.addSubcommand(new DoctorCommand(terminal, starter::wires));
    line.addSubcommand(new StatusCommand(terminal));
    line.addSubcommand(new TopCommand(terminal, () -> TtyScreen.open(terminal.out())));
    line.addSubcommand(
        new CommandLine(new TokenCommand()).addSubcommand(new TokenNewCommand(terminal)));
    line.addSubcommand(new ToolsCommand(terminal));
    line.addSubcommand(new CallCommand(terminal));
    line.addSubcommand(new ImportCommand(terminal));
    line.addSubcommand(new PgBouncerCommand(terminal));
    line.addSubcommand(new StdioCommand(terminal, starter, System.in, System.out, signals));
    line.addSubcommand(new CompletionCommand(terminal));
    line.addSubcommand(new WarmUpCommand(starter));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setColorScheme(scheme(terminal.colours() && terminal.outIsTerminal()));
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler((e, _) -> usage(terminal, e));
    line.setExecutionExceptionHandler((e, _, _) -> failure(terminal, e));
    return line;
  }

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr(), scheme(terminal.colours() && terminal.errIsTerminal()));
    return ExitCodes.USAGE;
  }

  private static CommandLine.Help.ColorScheme scheme(boolean colours) {
    return CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF);
  }

  private static int usage(Terminal terminal, ParameterException e) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched
        && !line.getSubcommands().isEmpty()
        && !unmatched.isUnknownOption()) {
      String given = unmatched.getUnmatched().getFirst();
      List<String> commands = commands(line);
      List<String> near = Nearest.several(given, commands, 1);
      terminal.say(
          "no command '"
              + given
              + "'; "
              + (near.isEmpty()
                  ? "there are " + String.join(", ", commands)
                  : "did you mean " + near.getFirst() + "?"));
    } else {
      terminal.say(Objects.requireNonNullElse(e.getMessage(), "wrong usage"));
    }
    terminal.err().println("More: " + name + " --help");
    terminal.err().flush();
    return ExitCodes.USAGE;
  }

  /** Those that help shows. */
  private static List<String> commands(CommandLine line) {
    return line.getSubcommands().entrySet().stream()
        .filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static int failure(Terminal terminal, Exception e) {
    return switch (e) {
      case CommandFailure failure -> {
        terminal.say(Objects.requireNonNullElse(failure.getMessage(), ""));
        yield failure.exitCode();
      }
      case UncheckedIOException io -> {
        terminal.say(String.valueOf(Objects.requireNonNull(io.getCause()).getMessage()));
        yield ExitCodes.FAILED;
      }
      default -> {
        terminal.say("this should not happen, please report it:");
        e.printStackTrace(terminal.err());
        terminal.err().flush();
        yield ExitCodes.FAILED;
      }
    };
  }

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"weir " + version() + " (Java " + Runtime.version().feature() + ")"};
    }

    static String version() {
      String version = WeirCommand.class.getPackage().getImplementationVersion();
      return version == null ? "development build" : version;
    }
  }
}
