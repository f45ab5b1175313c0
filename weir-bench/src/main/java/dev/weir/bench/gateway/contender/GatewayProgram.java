package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code weir serve} as the launcher runs it, in a JVM of its own, and its pages.
 *
 * @param program the process
 * @param base where it listens
 */
public record GatewayProgram(Program program, URI base) implements AutoCloseable {
  /**
   * Between two looks at another process, which tells nobody when it is ready. Not often: to write
   * a page of metrics makes garbage, which is to be collected.
   */
  private static final Duration LOOK = Duration.ofMillis(250);

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The launcher that started this JVM; none in a test. */
  private static final @Nullable String LAUNCHER = System.getProperty("weir.program");

  /** As the launcher has them. */
  private static final List<String> JVM_OPTIONS =
      List.of("--enable-native-access=ALL-UNNAMED", "-Xlog:disable", "-Xlog:all=warning:stderr");

  /** Has the launcher build what it will start, so that no measurement waits for it. */
  public static void prepare() throws IOException, InterruptedException {
    Process version =
        new ProcessBuilder(command("--version"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (version.waitFor() != 0) {
      throw new IOException("weir --version failed: exit code " + version.exitValue());
    }
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param jvm further options, such as {@code -Xmx1g}
   * @param yaml its configuration, but for where it listens
   */
  public static GatewayProgram start(List<String> jvm, String yaml, String mark)
      throws IOException, InterruptedException {
    Path config = Files.createTempFile("weir-bench", ".yaml");
    try {
      Files.writeString(config, "listen: 127.0.0.1:0\n" + yaml + "\n");
      List<String> command = command("serve", "--config", config.toString());
      Map<String, String> environment =
          jvm.isEmpty() ? Map.of() : Map.of("JDK_JAVA_OPTIONS", String.join(" ", jvm));
      Program program = Program.start(command, environment, mark);
      boolean up = false;
      try {
        URI base = URI.create(program.awaitLine("weir listens on (http://\\S+)\n"));
        up = true;
        return new GatewayProgram(program, base);
      } finally {
        if (!up) {
          program.close();
        }
      }
    } finally {
      Files.delete(config);
    }
  }

  /** What runs {@code weir} with these arguments: the launcher, or its jars as a test has them. */
  public static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    if (LAUNCHER != null) {
      command.add(Path.of(LAUNCHER).toAbsolutePath().toString());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(JVM_OPTIONS);
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add("dev.weir.gateway.Weir");
    }
    command.addAll(List.of(arguments));
    return command;
  }

  /** A list of words in YAML. */
  public static String yamlList(List<String> words) {
    return JsonMapper.shared().writeValueAsString(words);
  }

  /** The address of a path. */
  public URI url(String path) {
    return base.resolve(path);
  }

  /** The sum of a metric's values over all its labels. */
  public double sum(String metric) throws IOException {
    return HttpConnection.get(url("/metrics"))
        .lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Waits until a metric has reached a value. */
  public void awaitSum(String metric, double value) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (sum(metric) < value) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s is %s after %d s, not %s"
                .formatted(metric, sum(metric), PATIENCE.toSeconds(), value));
      }
      Thread.sleep(LOOK);
    }
  }

  @Override
  public void close() throws IOException {
    program.close();
  }
}
