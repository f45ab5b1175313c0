package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.gateway.process.ProcTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A run that is stopped from outside, by Ctrl-C or {@code kill}. */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
class StoppedRunTest {
  @TempDir Path directory;

  @Test
  void aRunThatIsStoppedLeavesNoProcess() throws Exception {
    Process bench =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.weir.bench.Bench",
                "gateway",
                "--quick",
                "--only=open",
                "--servers=light")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    String marks = "weir-bench-" + bench.pid() + "-";
    try {
      // A gateway, the servers it keeps ready, and three peers.
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> !bench.isAlive() || ProcTree.marked(marks).size() > 6);
      assertThat(bench.isAlive()).isTrue();

      bench.destroy();

      assertThat(bench.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(ProcTree.marked(marks)).isEmpty();
    } finally {
      bench.destroyForcibly().waitFor();
      ProcTree.kill(marks);
    }
  }
}
