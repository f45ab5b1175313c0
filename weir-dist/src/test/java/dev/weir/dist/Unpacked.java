package dev.weir.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An archive, unpacked as its user does it.
 *
 * @param home the one folder in it
 */
record Unpacked(Path home) {

  /** What a program printed, errors included, and its exit code. */
  record Ran(int exitCode, String printed) {}

  static Unpacked of(String property, Path folder) throws IOException, InterruptedException {
    Path archive = Path.of(Objects.requireNonNull(System.getProperty(property), property));
    Ran ran = run(Map.of(), "tar", "-xzf", archive.toString(), "-C", folder.toString());
    assertThat(ran).isEqualTo(new Ran(0, ""));
    try (Stream<Path> content = Files.list(folder)) {
      List<Path> folders = content.toList();
      assertThat(folders).as("what is in %s", archive).hasSize(1);
      return new Unpacked(folders.getFirst());
    }
  }

  /** Its program with some arguments, in nearly no environment. */
  Ran weir(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return run(environment, command(arguments));
  }

  /** Serves the demonstration upstream on a free port and calls it by the same program. */
  Ran servedAndCalled(Map<String, String> environment) throws IOException, InterruptedException {
    Path config = Files.writeString(home.resolveSibling("any-port.yaml"), "listen: 127.0.0.1:0\n");
    Process gateway = started(environment, command("serve", "--config", config.toString())).start();
    try (BufferedReader lines = gateway.inputReader(UTF_8)) {
      String first = String.valueOf(lines.readLine());
      assertThat(first).startsWith("weir listens on http://");
      String url = first.substring(first.indexOf("http://")) + "/mcp/demo";
      return weir(environment, "call", url, "echo", "{\"message\":\"hi\"}");
    } finally {
      gateway.destroy();
      assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  List<String> jars() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .sorted()
          .toList();
    }
  }

  static Ran run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Process process = started(environment, command).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ran(process.waitFor(), printed);
  }

  private String[] command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/weir").toString()));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }

  private static ProcessBuilder started(Map<String, String> environment, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("JAVA") || name.startsWith("JDK"));
    builder.environment().putAll(environment);
    return builder;
  }
}
