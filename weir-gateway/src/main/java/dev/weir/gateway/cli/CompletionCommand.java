package dev.weir.gateway.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir completion}: prints what makes a shell complete commands and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints what makes a shell complete commands and options.",
    footer = {
      "",
      "For example, in ~/.bashrc or ~/.zshrc:  source <(weir completion bash)",
      "and for fish:  weir completion fish > ~/.config/fish/completions/weir.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  private static final String PROGRAM = "weir";

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private @Nullable Shell shell;

  @Spec private @Nullable CommandSpec spec;

  private final Terminal terminal;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The names are what the user writes. */
  private enum Shell {
    bash,
    zsh,
    fish
  }

  @Override
  public Integer call() {
    CommandLine weir = Objects.requireNonNull(spec).root().commandLine();
    String script =
        switch (Objects.requireNonNull(shell)) {
          case bash, zsh -> AutoComplete.bash(PROGRAM, weir);
          case fish -> FishCompletion.of(PROGRAM, weir.getCommandSpec());
        };
    terminal.out().print(script);
    terminal.out().flush();
    return ExitCodes.OK;
  }
}
