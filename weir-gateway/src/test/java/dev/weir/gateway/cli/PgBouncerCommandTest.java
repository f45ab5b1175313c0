package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.AdviceOptions;
import dev.weir.jdbc.bouncer.PgBouncerAdvice;
import dev.weir.jdbc.bouncer.PoolFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** That PgBouncer starts with what is written is tested in weir-jdbc, with a real one. */
class PgBouncerCommandTest {
  @TempDir Path directory;

  @Test
  void bothFilesAreWrittenAsTheAdviceSays() throws Exception {
    Path pool = pool("max = 20\ninstances = 4\npassword = hunter2\n");
    Path conf = directory.resolve("conf");
    CommandRun run =
        CommandRun.of(
            "pgbouncer",
            "--from",
            pool.toString(),
            "--memory",
            "16GiB",
            "--cores",
            "8",
            "--clients",
            "3",
            "--reserve",
            "7",
            "--pgbouncer-version",
            "1.24.1",
            "-o",
            conf.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    PgBouncerAdvice advice =
        PgBouncerAdvice.of(
            List.of(PoolFile.read(pool)),
            AdviceOptions.defaults()
                .with(
                    Map.of(
                        "memoryMib",
                        16_384,
                        "cores",
                        8,
                        "clients",
                        3,
                        "reserve",
                        7,
                        "version",
                        "1.24.1")));
    assertThat(conf.resolve("pgbouncer.ini"))
        .content()
        .isEqualTo(advice.pgbouncerIni())
        .contains("max_prepared_statements = 200")
        .doesNotContain("hunter2");
    assertThat(conf.resolve("postgresql-weir.conf")).content().isEqualTo(advice.postgresqlConf());
  }

  @Test
  void bothAreOneJsonObjectOnRequest() throws Exception {
    String pool = pool("max = 20\n").toString();
    CommandRun run = CommandRun.of("pgbouncer", "--json", "--from", pool);
    assertThat(run.exitCode()).isZero();
    JsonNode files = JsonMapper.shared().readTree(run.out());
    assertThat(files.path("pgbouncer.ini").asString()).contains("[pgbouncer]");
    assertThat(files.path("postgresql-weir.conf").asString()).contains("max_connections");
  }

  @Test
  void withoutAPlaceTheIniIsPrintedAndStaysOneWithTheSettingsBehindIt() throws Exception {
    CommandRun run = CommandRun.of("pgbouncer", "--from", pool("").toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .isEqualTo(
            "weir: taken for granted: 4 cores (--cores), 4GiB (--memory) of PostgreSQL's machine\n");
    assertThat(run.out()).contains("\npool_mode = transaction\n", "\n; max_connections = ");
    assertThat(run.out().lines().filter(line -> line.startsWith("max_connections"))).isEmpty();
  }

  @Test
  void severalPoolsAreTakenTogether() throws Exception {
    Path orders = pool("max = 20\n");
    Path crm = directory.resolve("crm.properties");
    Files.writeString(crm, "url = jdbc:postgresql://db.example.com/crm\nuser = crm\n");
    CommandRun run =
        CommandRun.of("pgbouncer", "--from", orders.toString(), "--from", crm.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("\nshop = host=db.example.com", "\ncrm = host=db.example.com");
  }

  @Test
  void anExistingFileIsNeverOverwrittenAndThenNeitherIsWritten() throws Exception {
    Path conf = Files.writeString(directory.resolve("postgresql-weir.conf"), "mine");
    CommandRun run =
        CommandRun.of("pgbouncer", "--from", pool("").toString(), "-o", directory.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(conf + " exists already and is left as it is");
    assertThat(conf).content().isEqualTo("mine");
    assertThat(directory.resolve("pgbouncer.ini")).doesNotExist();
  }

  @Test
  void aPoolThatIsNoneIsToldWithTheFileAndTheOption() throws Exception {
    Path pool = pool("max = many\n");
    CommandRun run = CommandRun.of("pgbouncer", "--from", pool.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("weir: " + pool + ": max: many is not possible; expected a whole number\n");
    assertThat(CommandRun.of("pgbouncer", "--from", "none.properties").err())
        .isEqualTo("weir: there is no file none.properties\n");
    assertThat(CommandRun.of("pgbouncer").err()).contains("--from");
  }

  @Test
  void valuesThatAreNotPossibleAreToldWithTheBound() throws Exception {
    String pool = pool("max = 500\n").toString();
    CommandRun small = CommandRun.of("pgbouncer", "--from", pool, "--memory", "512MiB");
    assertThat(small.exitCode()).isEqualTo(2);
    assertThat(small.err()).contains("memory-mib: 512 is not possible; expected ");
    assertThat(CommandRun.of("pgbouncer", "--from", pool, "--memory", "big").err())
        .contains("--memory: big is no size such as 512MiB or 16GiB");
    assertThat(CommandRun.of("pgbouncer", "--from", pool, "--pgbouncer-version", "x").err())
        .contains("version: x is not possible");
  }

  private Path pool(String more) throws IOException {
    String text = "url = jdbc:postgresql://db.example.com:5432/shop\nuser = app\n" + more;
    return Files.writeString(directory.resolve("orders.properties"), text);
  }
}
