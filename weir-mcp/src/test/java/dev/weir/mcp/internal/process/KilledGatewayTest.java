package dev.weir.mcp.internal.process;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.StdioOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(300)
@EnabledOnOs(OS.LINUX)
class KilledGatewayTest {
  private static final String STUBBORN = "trap '' TERM; while :; do sleep 1; done";

  @Test
  void processesEndThoughTheirGatewayWasKilledAndTheyIgnoreEverything() throws Exception {
    assertThat(survivorsOf(ProcessHandle::destroyForcibly)).isEmpty();
  }

  @Test
  void processesEndWithAGatewayThatNeverClosedThem() throws Exception {
    assertThat(survivorsOf(ProcessHandle::destroy)).isEmpty();
  }

  private static List<Long> survivorsOf(Consumer<ProcessHandle> end) throws Exception {
    List<Long> pids = new ArrayList<>();
    Process gateway =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Gateway.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = gateway.inputReader(UTF_8)) {
      for (int n = 0; n < 3; n++) pids.add(Long.parseLong(lines.readLine()));
      end.accept(gateway.toHandle());
      gateway.waitFor();
      await().until(() -> pids.stream().noneMatch(KilledGatewayTest::isRunning));
      return pids.stream().filter(KilledGatewayTest::isRunning).toList();
    } finally {
      gateway.destroyForcibly();
      for (long pid : pids) ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private static boolean isRunning(long pid) {
    return ProcessHandle.of(pid).map(ProcessTable::isRunning).orElse(false);
  }

  /** Starts four processes, ends the second one, and waits to be ended. */
  static final class Gateway {
    private Gateway() {}

    public static void main(String[] arguments) throws Exception {
      for (int n = 0; n < 4; n++) {
        StdioOptions options =
            new StdioOptions(
                "t",
                List.of("sh", "-c", "echo up; " + STUBBORN),
                Map.of(),
                null,
                1000,
                Duration.ofMillis(10));
        ProcessTree tree = Spawner.start(options);
        new BufferedReader(new InputStreamReader(tree.output(), UTF_8)).readLine();
        if (n == 1) tree.close();
        else System.out.println(tree.pid());
      }
      Thread.sleep(Duration.ofMinutes(1));
    }
  }
}
