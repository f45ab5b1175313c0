package dev.weir.gateway.cli;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.Weir;
import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir doctor} with real servers. */
@Timeout(120)
class DoctorCommandTest {
  @TempDir private Path folder;

  static CommandRun doctor(String... arguments) {
    return CommandRun.serving(Weir.starter(), _ -> {}, arguments);
  }

  private String file(String upstreams) throws IOException {
    String yaml = "listen: 127.0.0.1:0\nupstreams:\n" + upstreams;
    return Files.writeString(folder.resolve("weir.yaml"), yaml).toString();
  }

  private static String stdio(String name, Iterable<String> command, String more) {
    return "  %s: { command: %s%s }\n".formatted(name, TestGateway.yamlList(command), more);
  }

  @Test
  void eachUpstreamIsShakenHandsWithOnceAndWhatFailsIsToldWithItsReason() throws Exception {
    Path pid = folder.resolve("pid");
    Path stuck = folder.resolve("stuck");
    Path secret = Files.writeString(folder.resolve("secret"), "t0psecret");
    try (var server = new MoodyServer("a");
        var nowhere = MoodyServer.nowhere()) {
      String file =
          file(
              stdio("well", Peers.shell("echo $$ >>" + pid), "")
                  + stdio("gone", List.of("no-such-program"), "")
                  + stdio("refusing", Peers.counter("--exit"), "")
                  + stdio(
                      "stuck",
                      Peers.shell("echo $$ >" + stuck + "; exec sleep 1000"),
                      ", start-timeout: 500ms, stop-grace: 100ms")
                  + "  web: { url: \"%s\", headers: { X-Token: \"${file:%s}\" } }\n"
                      .formatted(server.url(), secret)
                  + "  nowhere: { url: \"%s\" }\n"
                      .formatted(MoodyServer.url(nowhere.getLocalPort())));
      CommandRun run = doctor("doctor", file);
      assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
      assertThat(run.out())
          .doesNotContain("\033", "t0psecret")
          .containsPattern("ok       Java: 25\\S*, ")
          .containsPattern("ok       upstream well: answers: shell 1, protocol 2025-11-25, after ")
          .contains("problem  upstream gone: cannot start \"no-such-program\": no such program")
          .contains("problem  upstream refusing: ", "counter: refusing to start, as asked")
          .contains("problem  upstream stuck: no answer to initialize within 0.5 s (process ")
          .containsPattern(
              "ok       upstream web at 127.0.0.1:\\d+: answers: moody 1, protocol 2025-11-25,"
                  + " legacy era")
          .contains("problem  upstream nowhere at 127.0.0.1:" + nowhere.getLocalPort())
          .contains("secret " + secret + ": ")
          .containsPattern("\n4 problems, \\d+ warnings?\n$");
      assertThat(Files.readAllLines(pid)).as("started once").hasSize(1);
      assertEnded(pid);
      assertEnded(stuck);
    }
  }

  /** The command has waited for it; who asked for its exit code may have not. */
  private static void assertEnded(Path pid) throws IOException {
    long id = Long.parseLong(Files.readString(pid).strip());
    await().until(() -> ProcessHandle.of(id).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void withoutAProblemItEndsWellAndTheFindingsAreJsonOnRequest() throws Exception {
    CommandRun run = doctor("doctor", "--json", file(stdio("well", Peers.shell(""), "")));
    JsonNode outcome = JsonMapper.shared().readTree(run.out());
    assertThat(run.exitCode()).as(run.out()).isZero();
    assertThat(outcome.path("ok").asBoolean()).isTrue();
    JsonNode last = outcome.path("findings").path(outcome.path("findings").size() - 1);
    assertThat(last.path("thing").asString()).isEqualTo("upstream well");
    assertThat(last.path("level").asString()).isEqualTo("ok");
    assertThat(last.path("next").asString("x")).isEmpty();
  }

  @Test
  void aConfigurationThatCannotBeUsedIsAProblemAndNothingOfItIsStarted() throws Exception {
    Path pid = folder.resolve("pid");
    String upstream = stdio("well", Peers.shell("echo $$ >" + pid), ", stop-grace: soon");
    CommandRun run = doctor("doctor", file(upstream));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("problem  configuration: ", "upstreams.well.stop-grace");
    assertThat(pid).doesNotExist();
    assertThat(doctor("doctor", folder.resolve("none").toString()))
        .isEqualTo(
            new CommandRun(2, "", "weir: there is no file " + folder.resolve("none") + "\n"));
  }
}
