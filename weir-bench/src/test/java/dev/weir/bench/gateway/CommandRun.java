package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import picocli.CommandLine;

/** Runs a command in this JVM; after each test none of the programs that it started is left. */
final class CommandRun implements AfterEachCallback {
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  /** Returns the exit code. */
  int of(Object command, String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  /** What the last run has printed. */
  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  void assertRefused(Object command, String option, String argument) {
    assertThat(of(command, argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err()).startsWith(option + ": expected ");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(ProcTree.marked(Program.marksOfThisJvm())).isEmpty());
  }
}
