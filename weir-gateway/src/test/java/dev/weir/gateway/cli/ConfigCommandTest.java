package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir Path directory;

  @Test
  void theSchemaIsPrinted() {
    assertThat(CommandRun.of("config", "schema"))
        .isEqualTo(new CommandRun(0, ConfigSchema.json(), ""));
  }

  @Test
  void whatIsEffectiveHasEveryOptionAndCanBeChecked() throws Exception {
    Path file = write("upstreams: { a: { command: [x] } }");
    CommandRun run = CommandRun.of("config", "print", "--effective", file.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .contains("listen: 127.0.0.1:8722", "drain-timeout: 10s", "    isolation: dedicated");
    assertThat(CommandRun.of("check", write(run.out()).toString()).out())
        .isEqualTo("ok: 1 upstream\n");
  }

  @Test
  void whatIsEffectiveIsJsonOnRequestWhichIsAConfigurationAsWell() throws Exception {
    Path file = write("upstreams: { a: { command: [x] } }");
    CommandRun run = CommandRun.of("config", "print", "--effective", "--json", file.toString());
    assertThat(run.out()).startsWith("{\n").contains("\"drain-timeout\" : \"10s\"");
    assertThat(CommandRun.of("check", write(run.out()).toString()).exitCode()).isZero();
  }

  @Test
  void withoutAFileThereAreTheDefaults() {
    assertThat(CommandRun.of("config", "print")).isEqualTo(new CommandRun(0, "{}\n", ""));
    assertThat(CommandRun.of("config", "print", "--effective").out())
        .contains("listen: 127.0.0.1:8722\n");
  }

  @Test
  void aNoteSaysHowManySecretsAreNotShown() throws Exception {
    Path file = write("upstreams: { a: { command: [x], environment: { API_KEY: hunter2 } } }");
    CommandRun run = CommandRun.of("config", "print", file.toString());
    assertThat(run.out()).contains("API_KEY: '***'").doesNotContain("hunter2");
    assertThat(run.err()).isEqualTo("weir: 1 value looks secret and stands there as ***\n");
  }

  @Test
  void aWrongConfigurationIsNotPrinted() throws Exception {
    Path file = write("lisen: x");
    CommandRun run = CommandRun.of("config", "print", file.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(":1:1: lisen: no such option; did you mean listen")
        .endsWith("weir: not printed: 1 error in " + file + "\n");
  }

  @Test
  void aSlipInWhatToDoNamesTheNearest() {
    assertThat(CommandRun.of("config", "prnt"))
        .isEqualTo(
            new CommandRun(
                2, "", "weir: no command 'prnt'; did you mean print?\nMore: weir config --help\n"));
    assertThat(CommandRun.of("config").exitCode()).isEqualTo(2);
  }

  private Path write(String yaml) throws Exception {
    return Files.writeString(directory.resolve("weir.yaml"), yaml);
  }
}
