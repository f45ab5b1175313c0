package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BenchTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Bench.create(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
  }

  @Test
  void helpListsTheCommands() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: weir bench", "pools");
  }

  @Test
  void noCommandShowsTheHelpAndIsWrongUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: weir bench");
  }

  @Test
  void theVersionNamesTheJvm() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).isEqualTo("weir bench (Java 25)\n");
  }
}
