package dev.weir.gateway.kit;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of somebody else's, as a process of its own that ends with the test. */
public final class PeerServer implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

  private final Process process;
  private final Path output;
  private String url;

  private PeerServer(List<String> command, Map<String, String> environment) throws IOException {
    output = Files.createTempFile("peer", ".out");
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(new java.io.File("/dev/null")).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    url = "";
  }

  /**
   * Starts a server that prints where it is when it is ready.
   *
   * @param where finds it in what the server prints: group 1
   * @param url makes the URL of its endpoint from that
   */
  static PeerServer start(
      List<String> command,
      Map<String, String> environment,
      String where,
      UnaryOperator<String> url)
      throws IOException {
    var server = new PeerServer(command, environment);
    Pattern pattern = Pattern.compile(where);
    server.awaitStart(
        () -> {
          Matcher found = pattern.matcher(server.output());
          if (found.find()) {
            server.url = url.apply(found.group(1));
          }
          return !server.url.isEmpty();
        });
    return server;
  }

  private void awaitStart(java.util.concurrent.Callable<Boolean> started) {
    boolean up = false;
    try {
      await()
          .atMost(STARTS_WITHIN)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                assertThat(process.isAlive()).as(() -> "alive; it printed: " + output()).isTrue();
                return started.call();
              });
      up = true;
    } finally {
      if (!up) {
        close();
      }
    }
  }

  public String url() {
    return url;
  }

  public long pid() {
    return process.pid();
  }

  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  public int port() {
    return java.net.URI.create(url).getPort();
  }

  @Override
  public void close() {
    try {
      Peers.end(process);
      process.waitFor(60, TimeUnit.SECONDS);
      Files.deleteIfExists(output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
