package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.mcp.ClientChannel;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real signals to a JVM that serves with a gateway that never finishes its calls, or at once. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StopSignalsTest {
  private final List<Process> started = new ArrayList<>();

  /** Also lets go of whoever reads what they print. */
  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void theFirstSignalDrainsAndEndsWell() throws Exception {
    Process process = start("at once");
    try (BufferedReader err = process.errorReader()) {
      process.toHandle().destroy();
      assertThat(err.readLine()).startsWith("weir: SIGTERM: draining");
      assertThat(err.readLine()).isEqualTo("weir: stopped");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  @Test
  void theSecondSignalEndsAtOnceAlthoughCallsHang() throws Exception {
    Process process = start("never");
    try (BufferedReader err = process.errorReader()) {
      process.toHandle().destroy();
      assertThat(err.readLine()).startsWith("weir: SIGTERM: draining");
      process.toHandle().destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
    }
  }

  @Test
  void hupReadsTheFileAgainAndEndsNothing() throws Exception {
    Path file = Files.createTempFile("weir", ".yaml");
    Files.writeString(file, "upstreams: { a: { command: [x] } }");
    Process process = start("at once", "--config", file.toString());
    try (BufferedReader err = process.errorReader()) {
      new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start().waitFor();
      assertThat(err.readLine()).isEqualTo("reloaded [a]");
      process.toHandle().destroy();
      assertThat(err.readLine()).startsWith("weir: SIGTERM: draining");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      Files.delete(file);
    }
  }

  private Process start(String drains, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    // Who runs the tests by nohup has it ignored, which is handed down.
    command.addAll(List.of("env", "--default-signal=HUP"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Serving.class.getName(), drains));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).start();
    started.add(process);
    String line;
    do {
      line = process.inputReader().readLine();
    } while (line != null && !line.startsWith("try: "));
    assertThat(line).as("serves").isNotNull();
    return process;
  }

  /** Runs {@code weir serve} without a gateway. */
  static final class Serving implements ServeCommand.Running {
    private final boolean hangs;

    private Serving(boolean hangs) {
      this.hangs = hangs;
    }

    public static void main(String[] args) {
      var terminal =
          new Terminal(
              new PrintWriter(System.out, true),
              new PrintWriter(System.err, true),
              false,
              false,
              false,
              "weir");
      var starter = (ServeCommand.Starter) (_, _) -> new Serving(args[0].equals("never"));
      var line = WeirCommand.create(terminal, starter, StopSignals.ofThisProcess());
      List<String> words = new ArrayList<>(List.of("serve", "--listen", "127.0.0.1:0"));
      words.addAll(List.of(args).subList(1, args.length));
      System.exit(line.execute(words.toArray(String[]::new)));
    }

    @Override
    public InetSocketAddress address() {
      return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public SequencedMap<String, String> routes() {
      return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
    }

    @Override
    public void serve(ClientChannel client, String path) {
      throw new AssertionError("there is no client");
    }

    @Override
    public GatewayConfig reload(ConfigSource source) {
      try {
        GatewayConfig read = source.read();
        System.err.println("reloaded " + read.upstreams().keySet());
        return read;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void drainAndClose(Duration timeout) throws InterruptedException {
      close();
    }

    @Override
    public void close() {
      try {
        Thread.sleep(hangs ? 600_000 : 0);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
