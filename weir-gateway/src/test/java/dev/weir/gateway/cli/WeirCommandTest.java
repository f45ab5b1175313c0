package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeirCommandTest {
  @Test
  void helpListsEveryCommand() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains(
            "serve",
            "check",
            "config",
            "doctor",
            "status",
            "top",
            "tools",
            "call",
            "import",
            "completion",
            "Exit codes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "check",
        "config",
        "doctor",
        "status",
        "top",
        "tools",
        "call",
        "import",
        "pgbouncer",
        "completion"
      })
  void everyCommandHasHelpOfItsOwn(String command) {
    CommandRun run = CommandRun.of(command, "--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: weir " + command);
  }

  @Test
  void noCommandShowsTheHelpAndIsWrongUsage() {
    CommandRun run = CommandRun.of();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Usage: weir");
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    CommandRun run = CommandRun.of("sreve");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("weir: no command 'sreve'; did you mean serve?\nMore: weir --help\n");
    assertThat(CommandRun.of("frobnicate").err())
        .contains("there are serve, check, config, doctor");
  }

  @Test
  void anUnknownOptionIsWrongUsage() {
    CommandRun run = CommandRun.of("serve", "--conifg", "x");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--conifg").contains("More: weir serve --help");
  }

  @Test
  void theVersionNamesWeirAndTheJvm() {
    assertThat(CommandRun.of("--version").out()).matches("weir .+ \\(Java 25\\)\n");
  }

  @Test
  void colourIsForTerminals() {
    assertThat(CommandRun.of("--help").out()).doesNotContain("\033");
    assertThat(CommandRun.onATerminal("--help").out()).contains("\033[");
    assertThat(CommandRun.of().err()).doesNotContain("\033");
    assertThat(CommandRun.onATerminal().err()).contains("\033[");
  }
}
