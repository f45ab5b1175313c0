package dev.weir.gateway.cli;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Application;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.WeirProgram;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir stdio} as desktop clients start it, with the official SDK as the client. */
@Timeout(300)
class StdioCommandTest {
  @TempDir private Path folder;

  private String config(int port, String yaml) throws Exception {
    Path file = folder.resolve("weir.yaml");
    Files.writeString(file, "listen: 127.0.0.1:" + port + "\n" + yaml);
    return file.toString();
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void useDemo(Application application) {
    assertThat(application.client.getServerInfo().name()).isEqualTo("weir-demo");
    assertThat(application.tools()).contains("echo", "slow", "ask");
    assertThat(application.call("ask", Map.of("question", "What is it?")))
        .contains("the user says 42");
    application.callWithProgress("slow", Map.of("seconds", 0.2, "steps", 3));
    await().until(() -> application.progress.size() == 3);
    assertThat(application.call("counter", Map.of())).isEqualTo("1");
  }

  @Test
  void aGatewayThatListensIsJoinedAndItsSessionEndsWithTheClient() throws Exception {
    try (var gateway = TestGateway.serving("")) {
      try (var one =
              Application.overStdio(
                  WeirProgram.stdio("--route", "demo", "--join", gateway.url("")));
          var other =
              Application.overStdio(
                  WeirProgram.stdio("-r", "demo", "-c", config(gateway.port(), "")))) {
        useDemo(one);
        useDemo(other);
        assertThat(gateway.metric("weir_sessions")).isEqualTo(2);
      }
      await().until(() -> gateway.metric("weir_sessions") == 0);
    }
  }

  @Test
  void whereNoGatewayListensTheRouteIsServedByItself() throws Exception {
    String yaml =
        "upstreams: { files: { command: %s }, other: { command: [does-not-exist] } }"
            .formatted(TestGateway.yamlList(Peers.filesystemStdio(folder)));
    String config = config(freePort(), yaml);
    Files.writeString(folder.resolve("here.txt"), "found");
    try (var files = Application.overStdio(WeirProgram.stdio("-c", config, "--route", "files"))) {
      assertThat(files.call("list_directory", Map.of("path", folder.toRealPath().toString())))
          .contains("here.txt");
      assertThat(servers()).isPositive();
    }
    await().until(() -> servers() == 0);
  }

  /** Processes of the server that work on this test's folder. */
  private long servers() {
    String mark = folder.toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().arguments().isPresent())
        .filter(process -> List.of(process.info().arguments().get()).contains(mark))
        .count();
  }

  @Test
  void everyRouteTogetherIsServedWithoutARoute() throws Exception {
    try (var all = Application.overStdio(WeirProgram.stdio("-c", config(freePort(), "")))) {
      assertThat(all.tools()).contains("demo__echo");
    }
  }

  @Test
  void sigtermEndsItWithItsServers() throws Exception {
    String yaml =
        "upstreams: { files: { command: %s } }"
            .formatted(TestGateway.yamlList(Peers.filesystemStdio(folder)));
    Process process =
        new ProcessBuilder(WeirProgram.stdio("-c", config(freePort(), yaml), "-r", "files"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      process.getOutputStream().write((INITIALIZE + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      assertThat(process.inputReader().readLine()).contains("\"id\":1", "\"result\"");
      assertThat(servers()).isPositive();
      process.destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
      await().until(() -> servers() == 0);
    } finally {
      process.destroyForcibly();
    }
  }

  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";

  @Test
  void aRouteThatIsNotThereIsWrongUsage() throws Exception {
    CommandRun run = CommandRun.of("stdio", "-c", config(freePort(), SEARCH), "-r", "serach");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("no upstream \"serach\"; did you mean search?");
    assertThat(run.out()).isEmpty();
  }

  private static final String SEARCH = "upstreams: { search: { command: [true] } }";
}
