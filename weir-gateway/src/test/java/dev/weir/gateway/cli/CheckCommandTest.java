package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.TestTls;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir Path directory;

  @Test
  void aGoodFileIsOkWithItsNumberOfUpstreams() throws Exception {
    Path file = write("upstreams: { a: { command: [x] }, b: { command: [x] } }");
    assertThat(CommandRun.of("check", file.toString()))
        .isEqualTo(new CommandRun(0, "ok: 2 upstreams\n", ""));
    assertThat(CommandRun.of("check", file.toString(), "--json").out())
        .isEqualTo("{\"ok\":true,\"upstreams\":2}\n");
  }

  @Test
  void aCertificateThatHasExpiredIsAWarningAndNoError() throws Exception {
    Path file =
        write(
            "tls: { certificate: \"%s\", key: \"%s\" }\nupstreams: { a: { command: [x] } }"
                .formatted(TestTls.file("expired.pem"), TestTls.file("expired.key")));
    CommandRun run = CommandRun.of("check", file.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("warning: tls.certificate: the certificate of CN=third has expired at ")
        .endsWith("ok: 1 upstream\n");
    assertThat(CommandRun.of("check", "--json", file.toString()).out())
        .contains("\"ok\":true", "\"warnings\":[\"tls.certificate: ");
  }

  @Test
  void aBadFileGetsALineForEachError() throws Exception {
    Path file = write("lisen: x\nupstreams: { a: { command: [x], stop-grace: soon } }\n");
    CommandRun run = CommandRun.of("check", file.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out().lines())
        .hasSize(3)
        .first()
        .asString()
        .startsWith(file + ":1:1: lisen: no such option; did you mean listen");
    assertThat(run.out()).endsWith("2 errors\n");
  }

  @Test
  void theErrorsAreJsonOnRequest() throws Exception {
    Path file = write("upstreams: { a: { command: [x], stop-grace: soon } }");
    CommandRun run = CommandRun.of("check", "--json", file.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out())
        .startsWith("{\"ok\":false,\"errors\":[{")
        .contains("\"line\":1", "\"column\":45", "\"option\":\"upstreams.a.stop-grace\"");
  }

  @Test
  void aFileThatIsNotThereIsSaidInOneLine() {
    Path file = directory.resolve("none.yaml");
    assertThat(CommandRun.of("check", file.toString()))
        .isEqualTo(new CommandRun(2, "", "weir: there is no file " + file + "\n"));
  }

  @Test
  void aDirectoryIsNoFile() {
    assertThat(CommandRun.of("check", directory.toString()))
        .isEqualTo(new CommandRun(2, "", "weir: " + directory + " is a directory\n"));
  }

  private Path write(String yaml) throws Exception {
    return Files.writeString(directory.resolve("weir.yaml"), yaml);
  }
}
