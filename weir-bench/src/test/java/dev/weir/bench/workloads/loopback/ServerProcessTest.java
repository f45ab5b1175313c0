package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerProcessTest {
  @Test
  void aServerInAProcessOfItsOwnServesUntilItIsClosed() throws Exception {
    ServerProcess server = ServerProcess.start();
    try (server) {
      assertThat(server.pid()).isNotEqualTo(ProcessHandle.current().pid());
      try (var connection = LoopbackConnection.open(server.address(), Login.BARE)) {
        connection.call(Duration.ZERO);
      }
    }

    assertThat(isAlive(server.pid())).isFalse();
  }

  @Test
  void theServerStopsAlsoWhenWhatItServedFails() {
    var pid = new AtomicLong();

    assertThatThrownBy(
            () -> {
              try (var server = ServerProcess.start()) {
                pid.set(server.pid());
                throw new IllegalStateException("the workload failed");
              }
            })
        .hasMessage("the workload failed");
    assertThat(isAlive(pid.get())).isFalse();
  }

  @Test
  void theServerStopsWhenTheProcessThatStartedItIsKilled() throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = new BufferedReader(new InputStreamReader(owner.getInputStream(), UTF_8))) {
      long pid = Long.parseLong(Objects.requireNonNull(out.readLine()));
      assertThat(isAlive(pid)).isTrue();

      owner.destroyForcibly();

      await().atMost(Duration.ofSeconds(30)).until(() -> !isAlive(pid));
    } finally {
      owner.destroyForcibly();
    }
  }

  /** Starts a server, says its process id, and never stops it. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws Exception {
      ServerProcess server = ServerProcess.start();
      System.out.println(server.pid());
      Thread.sleep(Duration.ofMinutes(5));
    }
  }

  /** A process that nobody has waited for yet, whose parent is gone, is dead all the same. */
  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
