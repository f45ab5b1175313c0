package dev.weir.gateway.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The servers and clients of others that the tests run against; see {@code peers/README.md}. */
public final class Peers {
  private static final Path ROOT = root();
  private static final Path MODULES = ROOT.resolve("peers/node_modules");

  private Peers() {}

  /** The root of the tree, wherever in it the tests run. */
  public static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve("peers"))) {
        return at;
      }
    }
    throw new IllegalStateException("no folder with peers/ above " + Path.of("").toAbsolutePath());
  }

  /** A stateful stdio server of few lines: a counter, and ways to misbehave. */
  public static List<String> counter(String... flags) {
    return node(ROOT.resolve("peers/counter.mjs"), flags);
  }

  /**
   * A stdio server of one shell, cheap enough to have many: answers every request as if it were
   * initialize.
   *
   * @param before what the shell does first
   */
  public static List<String> shell(String before) {
    return List.of("sh", ROOT.resolve("peers/shell.sh").toString(), before);
  }

  /** A stdio server that dies, and writes down what each of its lives was sent. */
  public static List<String> mortal(Path heard, String... flags) {
    List<String> all = new ArrayList<>(List.of("--heard", heard.toString()));
    all.addAll(List.of(flags));
    return node(ROOT.resolve("peers/mortal.mjs"), all.toArray(String[]::new));
  }

  /** A stdio server whose lists change with the content of a file, and that says so. */
  public static List<String> changing(Path file) {
    return node(ROOT.resolve("peers/changing.mjs"), file.toString());
  }

  /** A stdio server that answers each call with the error that its arguments name. */
  public static List<String> erring() {
    return node(ROOT.resolve("peers/erring.mjs"));
  }

  /** Runs a client on the official SDK that speaks 2026-07-28 and no other version. */
  public static Finished modernSdkClient(String url) throws IOException, InterruptedException {
    return run(node(ROOT.resolve("peers/modern-client.mjs"), url), Map.of(), Duration.ofMinutes(2));
  }

  /** The same, over standard input and output of a program. */
  public static Finished modernSdkClient(List<String> program)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(node(ROOT.resolve("peers/modern-client.mjs"), "stdio"));
    command.addAll(program);
    return run(command, Map.of(), Duration.ofMinutes(2));
  }

  public static List<String> fixtureStdio() {
    return node(ROOT.resolve("peers/fixture.mjs"), "stdio");
  }

  /** The same for clients of 2026-07-28 alone. */
  public static List<String> fixtureModernStdio() {
    return node(ROOT.resolve("peers/fixture.mjs"), "modern-stdio");
  }

  public static List<String> everythingStdio() {
    return node(MODULES.resolve("@modelcontextprotocol/server-everything/dist/index.js"), "stdio");
  }

  public static List<String> filesystemStdio(Path folder) {
    return node(
        MODULES.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"),
        folder.toString());
  }

  /** The conformance fixture over HTTP, on a free port. */
  public static PeerServer fixtureHttp() throws IOException, InterruptedException {
    return fixture("http");
  }

  /** The same for clients of 2026-07-28 alone. */
  public static PeerServer fixtureModern() throws IOException, InterruptedException {
    return fixture("modern");
  }

  private static PeerServer fixture(String mode) throws IOException {
    return PeerServer.start(
        node(ROOT.resolve("peers/fixture.mjs"), mode),
        Map.of("PORT", "0"),
        "listening (http://\\S+)\\n",
        url -> url);
  }

  /** The same for clients that initialize, and no others. */
  public static PeerServer legacyFixtureHttp() throws IOException {
    return fixture("legacy");
  }

  /** The reference server over HTTP. It checks neither Host nor Origin. */
  public static PeerServer everythingHttp() throws IOException, InterruptedException {
    return everything("streamableHttp", "/mcp");
  }

  /** The same over HTTP+SSE. */
  public static PeerServer everythingSse() throws IOException, InterruptedException {
    return everything("sse", "/sse");
  }

  private static PeerServer everything(String transport, String path)
      throws IOException, InterruptedException {
    List<String> command =
        node(MODULES.resolve("@modelcontextprotocol/server-everything/dist/index.js"), transport);
    command.addAll(1, List.of("--import", ROOT.resolve("peers/on-any-port.mjs").toString()));
    return PeerServer.start(
        command,
        Map.of("PORT", "0"),
        "ready on port (\\d+)\\n",
        port -> "http://127.0.0.1:" + port + path);
  }

  /** The same over WebSockets. */
  public static PeerServer everythingWebSocket() throws IOException, InterruptedException {
    List<String> command = node(ROOT.resolve("peers/everything-websocket.mjs"));
    command.addAll(1, List.of("--import", ROOT.resolve("peers/on-any-port.mjs").toString()));
    return PeerServer.start(
        command,
        Map.of("PORT", "0"),
        "ready on port (\\d+)\\n",
        port -> "ws://127.0.0.1:" + port + "/mcp");
  }

  /** What a suite found, as the text of its result file, and what it printed. */
  record SuiteRun(String result, String printed) {}

  /** Runs a conformance suite against a URL. */
  static SuiteRun conformance(String url, String suite) throws IOException, InterruptedException {
    Path result = Files.createTempFile("conformance", ".json");
    try {
      Finished run =
          run(
              node(
                  ROOT.resolve("peers/run-conformance.mjs"),
                  "--url",
                  url,
                  "--suite",
                  suite,
                  "--json",
                  result.toString()),
              Map.of(),
              Duration.ofMinutes(12));
      return new SuiteRun(Files.readString(result), run.output());
    } finally {
      Files.deleteIfExists(result);
    }
  }

  /**
   * Runs the client scenarios of a conformance suite.
   *
   * @param front says through what; null for nothing
   */
  static SuiteRun clientConformance(String suite, @Nullable URI front)
      throws IOException, InterruptedException {
    Path result = Files.createTempFile("client-conformance", ".json");
    try {
      List<String> command =
          node(
              ROOT.resolve("peers/run-client-conformance.mjs"),
              "--suite",
              suite,
              "--json",
              result.toString());
      if (front != null) {
        command.addAll(List.of("--front", front.toString()));
      }
      Finished run = run(command, Map.of(), Duration.ofMinutes(6));
      return new SuiteRun(Files.readString(result), run.output());
    } finally {
      Files.deleteIfExists(result);
    }
  }

  /** Runs the Inspector's command line and returns what it printed. */
  public static Finished inspector(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(MODULES.resolve(".bin/mcp-inspector").toString());
    command.add("--cli");
    command.addAll(List.of(arguments));
    Path home = Files.createTempDirectory("inspector");
    try {
      return run(command, Map.of("HOME", home.toString()), Duration.ofMinutes(4));
    } finally {
      try (Stream<Path> files = Files.walk(home)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Uses the reference server through the official SDK's client over an older transport. */
  public static Finished oldClient(String transport, String url)
      throws IOException, InterruptedException {
    return run(
        node(ROOT.resolve("peers/old-client.mjs"), transport, url),
        Map.of(),
        Duration.ofMinutes(4));
  }

  /** What a program printed, and how it ended. */
  public record Finished(int exitCode, String output) {}

  static Finished run(List<String> command, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("peer", ".out");
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.redirectInput(new java.io.File("/dev/null")).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        if (!process.waitFor(limit)) {
          throw new IllegalStateException(command + " took longer than " + limit);
        }
        return new Finished(process.exitValue(), Files.readString(output));
      } finally {
        end(process);
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Ends a process and all that it started. */
  static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static List<String> node(Path script, String... arguments) {
    if (!Files.exists(script)) {
      throw new UncheckedIOException(
          new IOException(script + " is missing; dev/peers installs what the tests need"));
    }
    List<String> command = new ArrayList<>(List.of("node", script.toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
