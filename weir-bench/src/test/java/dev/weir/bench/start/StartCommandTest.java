package dev.weir.bench.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With a program in the archive's place that is the gateway from this class path. */
@Timeout(120)
class StartCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aStartIsMeasuredUntilTheFirstAnswerAndBesideABareServer() throws Exception {
    Path program = Files.createDirectories(folder.resolve("weir-1/bin")).resolve("weir");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        program,
        "#!/bin/sh\nexec '%s' -cp '%s' dev.weir.gateway.Weir \"$@\"\n"
            .formatted(java, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path page = folder.resolve("out");
    assertThat(run(folder.resolve("weir-1").toString(), "--rounds", "1", "--out", page.toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("| bare server | 1.00 x |", "within a second");
    assertThat(page).isDirectoryContaining("glob:**/start.{md}");
  }

  @Test
  void aFolderWithoutAProgramIsWrongUsage() {
    assertThat(run(folder.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("an unpacked archive; no " + folder);
  }

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new StartCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
