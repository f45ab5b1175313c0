package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class SoakCommandTest {
  @TempDir Path directory;

  @RegisterExtension final CommandRun bench = new CommandRun();

  private int run(String... arguments) {
    return bench.of(new SoakCommand(), arguments);
  }

  @Test
  void nothingIsLeftOfClientsThatNeverSayGoodbye() throws Exception {
    int exitCode = run("--minutes=0.05", "--clients=2", "--idle=1", "--out=" + directory);

    assertThat(exitCode).as(bench.out() + "\n" + bench.err()).isZero();
    assertThat(Files.readString(directory.resolve("soak.md")))
        .contains("Reached: no process, socket, pipe or session is left after the idle time (none)")
        .contains("| client sessions | 0 | ", "live heap", "left in mid-call", "](soak.svg)")
        .contains("./weir bench soak --minutes 0.05");
    assertThat(Files.readString(directory.resolve("soak.json"))).contains("\"client sessions\"");
    assertThat(directory.resolve("soak.svg")).content().contains("processes");
  }

  @Test
  void whatCannotBeSoakedIsRefusedWithTheOptionsName() {
    bench.assertRefused(new SoakCommand(), "--minutes", "--minutes=0");
    bench.assertRefused(new SoakCommand(), "--clients", "--clients=0");
    bench.assertRefused(new SoakCommand(), "--idle", "--idle=0");
  }
}
