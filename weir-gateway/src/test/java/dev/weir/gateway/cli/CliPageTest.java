package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.ClientChannel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code docs/cli.md} against the commands. */
@Timeout(120)
class CliPageTest {
  private static final StopSignals TERM_AT_ONCE = onSignal -> onSignal.accept("SIGTERM");

  @TempDir Path directory;

  private ScriptedServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    server.result("tools/list", "{\"tools\":[{\"name\":\"echo\"},{\"name\":\"fail\"}]}");
    server.on(
        "tools/call",
        (exchange, id) -> ScriptedServer.json(exchange, id, "{\"isError\":true,\"content\":[]}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyCommandHasARowInBothTables() throws Exception {
    Set<String> commands = commands().keySet();
    assertThat(rows("| command | does |").keySet()).containsExactlyInAnyOrderElementsOf(commands);
    assertThat(exitCodes().keySet()).containsExactlyInAnyOrderElementsOf(commands);
  }

  @Test
  void theCommandsWithJsonAreThoseOfThePage() throws Exception {
    Set<String> withJson = new TreeSet<>();
    commands()
        .forEach(
            (name, command) -> {
              if (command.getCommandSpec().findOption("--json") != null) {
                withJson.add(name);
              }
            });
    assertThat(rows("| command | the object |").keySet())
        .containsExactlyInAnyOrderElementsOf(withJson);
  }

  @Test
  void eachExitCodeIsWhatTheTableSays() throws Exception {
    Map<String, Set<Integer>> told = new TreeMap<>();
    exitCodes().forEach((command, codes) -> told.put(command, new TreeSet<>(codes)));
    assertThat(ends()).isEqualTo(told);
  }

  /** The codes that each command really ends with. */
  private Map<String, Set<Integer>> ends() throws Exception {
    Map<String, Set<Integer>> ends = new TreeMap<>();
    String right = write("right.yaml", "listen: 127.0.0.1:0\nupstreams: { a: { command: [x] } }");
    String wrong = write("wrong.yaml", "lisen: x");
    end(ends, "serve", 0, serving(CliPageTest::running, "serve", "-c", right));
    end(ends, "serve", 1, serving(CliPageTest::inUse, "serve", "-c", right));
    end(ends, "serve", 2, serving(CliPageTest::running, "serve", "-c", wrong));
    end(ends, "stdio", 0, serving(CliPageTest::running, "stdio", "-c", right, "-r", "a"));
    end(ends, "stdio", 1, serving(CliPageTest::inUse, "stdio", "-c", right, "-r", "a"));
    end(ends, "stdio", 2, serving(CliPageTest::running, "stdio", "-c", wrong));
    end(ends, "check", 0, CommandRun.of("check", right));
    end(ends, "check", 2, CommandRun.of("check", wrong));
    end(ends, "config print", 0, CommandRun.of("config", "print", right));
    end(ends, "config print", 2, CommandRun.of("config", "print", wrong));
    end(ends, "config schema", 0, CommandRun.of("config", "schema"));
    end(ends, "config schema", 2, CommandRun.of("config", "schema", "--other"));
    end(ends, "token new", 0, CommandRun.of("token", "new", "ci"));
    end(ends, "token new", 2, CommandRun.of("token", "new", "two words"));
    end(ends, "completion", 0, CommandRun.of("completion", "bash"));
    end(ends, "completion", 2, CommandRun.of("completion"));
    endsOfTools(ends);
    endsOfWatching(ends);
    endsOfDoctor(ends);
    endsOfFiles(ends);
    return ends;
  }

  private void endsOfTools(Map<String, Set<Integer>> ends) {
    String nobody = server.url().replace("/mcp", "/other");
    end(ends, "tools", 0, CommandRun.of("tools", server.url()));
    end(ends, "tools", 2, CommandRun.of("tools"));
    end(ends, "tools", 3, CommandRun.of("tools", nobody));
    end(ends, "call", 1, CommandRun.of("call", server.url(), "fail"));
    end(ends, "call", 2, CommandRun.of("call", server.url(), "echo", "[]"));
    end(ends, "call", 3, CommandRun.of("call", nobody, "echo"));
    server.result("tools/call", "{\"content\":[]}");
    end(ends, "call", 0, CommandRun.of("call", server.url(), "echo"));
    server.on("tools/list", (exchange, id) -> ScriptedServer.error(exchange, id, -32603, "no"));
    end(ends, "tools", 1, CommandRun.of("tools", server.url()));
  }

  private void endsOfWatching(Map<String, Set<Integer>> ends) throws Exception {
    String nobody = server.url();
    String gone = "upstreams: { a: { command: [no-such-program] } }";
    end(ends, "status", 2, CommandRun.of("status", "ftp://x"));
    end(ends, "status", 3, CommandRun.of("status", nobody));
    end(ends, "top", 2, CommandRun.of("top"));
    end(ends, "top", 3, TopCommandTest.on(new TopCommandTest.ScriptedScreen(9), nobody));
    try (var gateway = TestGateway.serving(gone)) {
      var screen = new TopCommandTest.ScriptedScreen(9, Screen.Key.QUIT);
      end(ends, "top", 0, TopCommandTest.on(screen, gateway.url("")));
      end(ends, "status", 0, CommandRun.of("status", gateway.url("")));
      CommandRun.of("tools", gateway.url("/mcp/a"));
      end(ends, "status", 1, CommandRun.of("status", gateway.url("")));
    }
  }

  private void endsOfDoctor(Map<String, Set<Integer>> ends) throws Exception {
    String wrong = write("wrong.yaml", "lisen: x");
    String right =
        write(
            "one.yaml",
            "listen: 127.0.0.1:0\nupstreams: { a: { command: %s } }"
                .formatted(TestGateway.yamlList(Peers.shell(""))));
    end(ends, "doctor", 0, DoctorCommandTest.doctor("doctor", right));
    end(ends, "doctor", 1, DoctorCommandTest.doctor("doctor", wrong));
    end(ends, "doctor", 2, DoctorCommandTest.doctor("doctor", wrong + "x"));
  }

  private void endsOfFiles(Map<String, Set<Integer>> ends) throws Exception {
    String client = write("client.json", "{\"mcpServers\":{\"a\":{\"command\":\"x\"}}}");
    String none = write("none.json", "{}");
    end(ends, "import", 0, CommandRun.of("import", client));
    end(ends, "import", 1, CommandRun.of("import", client, "-o", none));
    end(ends, "import", 2, CommandRun.of("import", none));
    String pool = write("p.properties", "url = jdbc:postgresql://db.example.com/app\nuser = app\n");
    String folder = directory.resolve("conf").toString();
    String[] advice = {"pgbouncer", "--from", pool, "-o", folder};
    end(ends, "pgbouncer", 0, CommandRun.of(advice));
    end(ends, "pgbouncer", 1, CommandRun.of(advice));
    end(ends, "pgbouncer", 2, CommandRun.of("pgbouncer", "--from", none + "x"));
  }

  private static void end(
      Map<String, Set<Integer>> ends, String command, int expected, CommandRun run) {
    assertThat(run.exitCode()).as(command + ": " + run.err()).isEqualTo(expected);
    ends.computeIfAbsent(command, _ -> new TreeSet<>()).add(run.exitCode());
  }

  private static CommandRun serving(ServeCommand.Starter starter, String... arguments) {
    return CommandRun.serving(starter, TERM_AT_ONCE, arguments);
  }

  private static ServeCommand.Running inUse(GatewayConfig config, boolean listens)
      throws IOException {
    throw new BindException("in use");
  }

  private static ServeCommand.Running running(GatewayConfig config, boolean listens) {
    return new ServeCommand.Running() {
      @Override
      public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", 4711);
      }

      @Override
      public SequencedMap<String, String> routes() {
        SequencedMap<String, String> routes = new LinkedHashMap<>();
        routes.put("/mcp/a", "a program");
        return routes;
      }

      @Override
      public void serve(ClientChannel client, String path) {}

      @Override
      public void drainAndClose(Duration timeout) {}

      @Override
      public void close() {}
    };
  }

  /** Those that help shows and that do something, by their names behind {@code weir}. */
  private static Map<String, CommandLine> commands() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    var terminal = new Terminal(nowhere, nowhere, false, false, false, "weir");
    Map<String, CommandLine> commands = new TreeMap<>();
    collect("", WeirCommand.create(terminal, CliPageTest::running, _ -> {}), commands);
    return commands;
  }

  private static void collect(String path, CommandLine line, Map<String, CommandLine> commands) {
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getSubcommands().isEmpty()) {
                collect(path + name + " ", command, commands);
              } else if (!command.getCommandSpec().usageMessage().hidden()) {
                commands.put(path + name, command);
              }
            });
  }

  /** The codes that each command may end with, by the columns that are not empty. */
  private static Map<String, Set<Integer>> exitCodes() throws IOException {
    Map<String, Set<Integer>> codes = new TreeMap<>();
    rows("| command | 0 | 1 | 2 | 3 |")
        .forEach(
            (command, cells) -> {
              Set<Integer> given = new TreeSet<>();
              for (int code = 0; code < cells.size(); code++) {
                if (!cells.get(code).isBlank()) {
                  given.add(code);
                }
              }
              codes.put(command, given);
            });
    return codes;
  }

  /** The table with this head: its first cells without their quotes, and the rest. */
  private static Map<String, List<String>> rows(String head) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    Files.readAllLines(Peers.root().resolve("docs/cli.md")).stream()
        .dropWhile(line -> !line.equals(head))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> List.of(line.substring(1, line.length() - 1).split("\\|", -1)))
        .forEach(
            cells ->
                rows.put(
                    cells.getFirst().replace("`", "").strip(), cells.subList(1, cells.size())));
    return rows;
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }
}
