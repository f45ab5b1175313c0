package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(600)
class SoakCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void noProcessIsLeft() {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(ProcTree.marked(Program.marksOfThisJvm())).isEmpty());
  }

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new SoakCommand());
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void nothingIsLeftOfClientsThatNeverSayGoodbye() throws Exception {
    int exitCode = run("--minutes=0.05", "--clients=2", "--idle=1", "--out=" + directory);

    assertThat(exitCode).as(out + "\n" + err).isZero();
    assertThat(Files.readString(directory.resolve("soak.md")))
        .contains("Reached: no process, socket, pipe or session is left after the idle time (none)")
        .contains("| client sessions | 0 | ", "live heap", "left in mid-call", "](soak.svg)")
        .contains("./weir bench soak --minutes 0.05");
    assertThat(Files.readString(directory.resolve("soak.json"))).contains("\"client sessions\"");
    assertThat(directory.resolve("soak.svg")).content().contains("processes");
  }

  @Test
  void whatCannotBeSoakedIsRefusedWithTheOptionsName() {
    assertThat(run("--minutes=0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith("--minutes: expected ");
  }
}
