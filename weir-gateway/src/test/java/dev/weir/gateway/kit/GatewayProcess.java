package dev.weir.gateway.kit;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway in a JVM of its own, as an operator runs it; ends with the test. */
public final class GatewayProcess implements AutoCloseable {
  private static final Pattern ADDRESS =
      Pattern.compile("weir listens on http://127\\.0\\.0\\.1:(\\d+)\\n");

  private final Process process;
  private final Path output;
  private final Path config;
  private int port;

  private GatewayProcess(Process process, Path output, Path config) {
    this.process = process;
    this.output = output;
    this.config = config;
  }

  /** Runs {@code weir serve} with this configuration; {@code listen} is added. */
  public static GatewayProcess serving(String yaml, String... jvmFlags) throws IOException {
    return start(List.of(), yaml, jvmFlags);
  }

  /** The same with so many file descriptors at most. */
  public static GatewayProcess withDescriptors(int most, String yaml) throws IOException {
    return start(List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\"", "sh"), yaml);
  }

  private static GatewayProcess start(List<String> before, String yaml, String... jvmFlags)
      throws IOException {
    Path config = Files.createTempFile("weir", ".yaml");
    Files.writeString(config, "listen: 127.0.0.1:0\n" + yaml);
    Path output = Files.createTempFile("weir", ".out");
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmFlags));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.weir.gateway.Weir", "serve", "--config", config.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(output.toFile())
            .start();
    var gateway = new GatewayProcess(process, output, config);
    gateway.awaitAddress();
    return gateway;
  }

  private void awaitAddress() {
    boolean up = false;
    try {
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                assertThat(process.isAlive()).as(() -> "alive; it printed: " + output()).isTrue();
                Matcher found = ADDRESS.matcher(output());
                if (found.find()) {
                  port = Integer.parseInt(found.group(1));
                }
                return port != 0;
              });
      up = true;
    } finally {
      if (!up) {
        close();
      }
    }
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** The body of a page. */
  public String page(String path) throws IOException {
    return Pages.read(url(path));
  }

  /** Everything that it printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  public Process process() {
    return process;
  }

  /** The processes that it started, and theirs. */
  public List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** One sample of {@code /metrics}; 0 when it is not there. */
  public double metric(String sample) throws IOException {
    return Pages.metric(url("/metrics"), sample);
  }

  /** Whether it runs; a dead one that nobody has asked for yet does not. */
  public static boolean isRunning(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return process.isAlive() && stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** {@code kill -KILL}: it has no chance to end anything. */
  public void kill() {
    process.destroyForcibly();
  }

  /** {@code kill -TERM}. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for its end and returns the exit code. */
  public int awaitEnd(Duration limit) throws InterruptedException {
    assertThat(process.waitFor(limit)).as(() -> "ended within " + limit + "; " + output()).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    try {
      Peers.end(process);
      process.waitFor(60, TimeUnit.SECONDS);
      Files.deleteIfExists(output);
      Files.deleteIfExists(config);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
