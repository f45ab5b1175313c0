package dev.weir.bench.pools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class PoolsCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new PoolsCommand());
    return run(line, arguments);
  }

  private int run(CommandLine line, String... arguments) {
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void anUnknownScenarioIsRefusedWithThoseThereAre() {
    assertThat(run("--only", "a,zzz")).isEqualTo(2);
    assertThat(err.toString()).contains("no scenario 'zzz'; there are a, b, c, d1, s1, s2");
  }

  @Test
  void anUnknownContenderIsRefusedWithThoseThereAre() {
    assertThat(run("--contenders", "weir,hikary")).isEqualTo(2);
    assertThat(err.toString()).contains("no contender 'hikary'; there are weir,", "hikari");
  }

  @Test
  void aBuildThatIsNotThereIsRefused() {
    assertThat(run("--beside", "old=" + directory.resolve("none.jar"))).isEqualTo(2);
    assertThat(err.toString()).contains("--beside old: there is no file");
  }

  @Test
  void theHelpNamesEveryScenario() {
    assertThat(run("--help")).isZero();
    String help = out.toString().replaceAll("\\s+", " ");
    for (Scenario scenario : Scenario.values()) {
      assertThat(help).containsPattern("[ ,]" + scenario.id() + "[,.]");
    }
  }

  /** Not what it measures, but that it measures and writes all that it promises. */
  @Test
  void aRaceWritesItsPageItsPlotsAndItsRawData() throws Exception {
    CommandLine whole = new CommandLine(CommandLine.Model.CommandSpec.create().name("weir bench"));
    whole.addSubcommand(new PoolsCommand());
    int exitCode =
        run(
            whole,
            "pools",
            "--quick",
            "--rounds=1",
            "--only=a,h2,hang",
            "--contenders=weir,hikari,noop",
            "--out=" + directory);
    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(Files.readString(directory.resolve("pool.md")))
        .contains("## Verdict", "at most 0.1 x HikariCP's time", "| **weir** | 1.00 |")
        .contains("Machine: ", "HikariCP-")
        .contains("Written by `./weir bench pools --quick --rounds=1 --only=a,h2,hang ")
        .contains("![1 thread, 10 connections, nothing held](pool-a.svg)");
    assertThat(directory.resolve("pool-a.svg")).content().contains("<svg", "hikari");
    assertThat(directory.resolve("pool-h2-p99.svg")).exists();
    assertThat(directory.resolve("pool-h2-even.svg")).exists();
    assertThat(directory.resolve("pool-hang.svg")).content().doesNotContain("noop");
    var raw = JsonMapper.shared().readTree(Files.readString(directory.resolve("pool.json")));
    assertThat(raw.get("rows").size()).isGreaterThan(30);
    assertThat(raw.get("contenders").get("hikari").asString()).startsWith("HikariCP-");
  }
}
