package dev.weir.bench.gateway.contender;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.bench.gateway.process.Program;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the programs of others are, which {@code dev/peers} installs, and the light server, which
 * is unpacked into a file that goes with this.
 */
public final class Site implements AutoCloseable {
  private final Path peers;
  private final Path light;

  private Site(Path peers, Path light) {
    this.peers = peers;
    this.light = light;
  }

  /** Builds and installs what is missing. */
  public static Site prepare() throws IOException, InterruptedException {
    GatewayProgram.prepare();
    Path root = root();
    Process install =
        new ProcessBuilder("bash", root.resolve("dev/peers").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(install.getInputStream().readAllBytes(), UTF_8);
    if (install.waitFor() != 0) {
      throw new IOException("dev/peers has failed: " + said.strip());
    }
    Path light = Files.createTempFile("weir-bench-light", ".mjs");
    light.toFile().deleteOnExit();
    try (InputStream script = Site.class.getResourceAsStream("/dev/weir/bench/gateway/light.mjs")) {
      if (script == null) {
        throw new FileNotFoundException("light.mjs is not on the class path");
      }
      Files.copy(script, light, StandardCopyOption.REPLACE_EXISTING);
    }
    return new Site(root.resolve("peers"), light);
  }

  /** The tree that this is run in. */
  private static Path root() throws FileNotFoundException {
    Path here = Path.of("").toAbsolutePath();
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("dev/peers"))) {
        return at;
      }
    }
    throw new FileNotFoundException("no dev/peers above " + here + "; run it in Weir's tree");
  }

  /** The command of a server that speaks stdio. The mark is for the list of processes only. */
  public List<String> stdio(Server.Setting setting, String mark) {
    return switch (setting.server()) {
      case LIGHT ->
          List.of(
              "node",
              light.toString(),
              "stdio",
              "--start-delay=" + setting.startDelay().toMillis(),
              "--mark=" + mark);
      case EVERYTHING -> List.of("node", everything().toString(), "stdio", mark);
      case DEMO -> throw notAProcess();
    };
  }

  /** A server that speaks HTTP, and where. */
  public record HttpServer(Program program, String mark, URI endpoint) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      program.close();
    }
  }

  /** Starts a server that speaks HTTP. */
  public HttpServer startHttp(Server server) throws IOException, InterruptedException {
    String mark = Program.newMark();
    return switch (server) {
      case LIGHT -> startLight(Wire.HTTP);
      case EVERYTHING -> start(onAnyPort(everything(), "streamableHttp"), mark);
      case DEMO -> throw notAProcess();
    };
  }

  /** Starts the light server on a wire that is a port. */
  public HttpServer startLight(Wire wire) throws IOException, InterruptedException {
    String mark = Program.newMark();
    return start(List.of("node", light.toString(), wire.id(), "--mark=" + mark), mark);
  }

  private static HttpServer start(List<String> command, String mark)
      throws IOException, InterruptedException {
    Program program = Program.start(command, Map.of("PORT", "0"), mark);
    return new HttpServer(program, mark, awaitEndpoint(program));
  }

  /**
   * A Node program that tells which free port it has got for {@code PORT=0} or {@code --port 0}.
   */
  List<String> onAnyPort(Path script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("node", "--import", peers.resolve("on-any-port.mjs").toString()));
    command.add(script.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Closes the program when it does not come up. */
  static URI awaitEndpoint(Program program) throws IOException, InterruptedException {
    boolean up = false;
    try {
      String port = program.awaitLine("ready on port (\\d+)\n");
      up = true;
      return URI.create("http://127.0.0.1:" + port + "/mcp");
    } finally {
      if (!up) {
        program.close();
      }
    }
  }

  private static IllegalArgumentException notAProcess() {
    return new IllegalArgumentException("the demonstration server is no process of its own");
  }

  private Path everything() {
    return module("@modelcontextprotocol/server-everything/dist/index.js");
  }

  Path module(String path) {
    return peers.resolve("node_modules").resolve(path);
  }

  /** Name and version of an installed package. */
  public String version(String name) throws IOException {
    String description = Files.readString(module(name + "/package.json"));
    String version = JsonMapper.shared().readTree(description).get("version").asString();
    return "%s %s".formatted(name, version.toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(light);
  }
}
