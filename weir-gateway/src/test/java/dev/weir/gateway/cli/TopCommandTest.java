package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code weir top} of a real gateway, on a screen of a test's and on a real terminal. */
@Timeout(180)
class TopCommandTest {
  @TempDir private Path folder;

  /** Keeps what is shown; empty places among the keys let the time go by at once. */
  static final class ScriptedScreen implements Screen {
    final List<String> frames = new ArrayList<>();
    private final Deque<Optional<Key>> keys;
    private final int rows;
    private Runnable whenTimePasses = () -> {};
    boolean closed;

    ScriptedScreen(int rows, @Nullable Key... keys) {
      this.rows = rows;
      this.keys = new ArrayDeque<>(Arrays.stream(keys).map(Optional::ofNullable).toList());
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public void show(List<String> lines) {
      assertThat(lines).hasSizeLessThan(rows);
      frames.add(String.join("\n", lines));
    }

    @Override
    public @Nullable Key key(Duration atMost) {
      Optional<Key> next = keys.remove();
      if (next.isEmpty()) {
        whenTimePasses.run();
      }
      return next.orElse(null);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Runs {@code weir top} on this screen. */
  static CommandRun on(ScriptedScreen screen, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var terminal =
        new Terminal(new PrintWriter(out), new PrintWriter(err), true, true, false, "weir");
    CommandLine line =
        WeirCommand.create(
            terminal,
            (_, _) -> {
              throw new AssertionError("started a gateway");
            },
            _ -> {});
    line.getCommandSpec().removeSubcommand("top");
    line.addSubcommand(new TopCommand(terminal, () -> screen));
    List<String> words = new ArrayList<>(List.of("top"));
    words.addAll(List.of(arguments));
    int exitCode = line.execute(words.toArray(String[]::new));
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  @Test
  void ratesAreOfTheTimeBetweenTwoLooksAndTheScreenIsGivenBack() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      var screen = new ScriptedScreen(24, null, null, Screen.Key.QUIT);
      screen.whenTimePasses = () -> counted(client, screen.frames.size());
      assertThat(on(screen, gateway.url("")).exitCode()).isZero();
      assertThat(screen.closed).isTrue();
      assertThat(screen.frames).hasSize(3);
      assertThat(screen.frames.getFirst()).containsPattern("demo .* 0  +–  +–  +–  +0  ");
      assertThat(screen.frames.get(1))
          .containsPattern("demo .* 0  +\\S*[1-9]\\S*  +\\S+ m?s  +\\S+ m?s  +1  ");
      assertThat(screen.frames.get(2)).containsPattern("demo .* 0  +0  +–  +–  +1  ");
    }
  }

  /** One call before the first look after the start, and none after. */
  private static void counted(ToolClient client, int frames) {
    try {
      if (frames == 1) {
        client.call("counter", "{}");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void arrowsChooseTheColumnToSortByAndScroll() throws Exception {
    StringBuilder upstreams = new StringBuilder("upstreams:\n");
    for (String name : List.of("b", "a", "c")) {
      upstreams.append(
          "  %s: { standby: { max: 0 }, command: %s }\n"
              .formatted(name, TestGateway.yamlList(Peers.shell(""))));
    }
    try (var gateway = TestGateway.serving(upstreams.toString());
        var client = ToolClient.open(gateway.url("/mcp/c"))) {
      client.call("x", "{}");
      Screen.Key left = Screen.Key.LEFT;
      // From CALLS/S to CLIENTS, of which c has one; then WIRE, STATE and UPSTREAM; then down.
      var screen =
          new ScriptedScreen(
              8, left, left, left, left, left, left, left, Screen.Key.DOWN, Screen.Key.QUIT);
      assertThat(on(screen, gateway.url("")).exitCode()).isZero();
      assertThat(lastRow(screen.frames.get(4))).startsWith("c ");
      assertThat(lastRow(screen.frames.get(7))).startsWith("a ");
      assertThat(lastRow(screen.frames.get(8))).startsWith("b ");
    }
  }

  private static String lastRow(String frame) {
    return frame.substring(frame.lastIndexOf('\n') + 1);
  }

  @Test
  void aGatewayThatIsGoneIsWaitedForAndOneThatWasNeverThereIsNot() throws Exception {
    TestGateway gateway = TestGateway.serving("");
    String url = gateway.url("");
    try (gateway) {
      var screen = new ScriptedScreen(24, null, Screen.Key.QUIT);
      screen.whenTimePasses = gateway::close;
      assertThat(on(screen, url).exitCode()).isZero();
      assertThat(screen.frames.getLast()).contains("lost  nothing answers at " + url, "demo ");
    }
    var never = new ScriptedScreen(24);
    assertThat(on(never, url).exitCode()).isEqualTo(3);
    assertThat(never.frames).isEmpty();
  }

  @Test
  void withoutATerminalItSaysWhatToUseInstead() {
    CommandRun run = CommandRun.of("top");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("standard output is none; weir status prints one look");
  }

  @Test
  void onARealTerminalQEndsItAndTheTerminalIsAsBefore() throws Exception {
    try (var gateway = TestGateway.serving("")) {
      Process process = onATerminal(gateway.url(""));
      try {
        readUntil(process.getInputStream(), "demo ");
        process.getOutputStream().write('q');
        process.getOutputStream().flush();
        assertThat(readUntil(process.getInputStream(), "restored"))
            .containsSubsequence("\033[?25h\033[?1049l", "exit 0", "restored");
      } finally {
        end(process);
      }
    }
  }

  @Test
  void alsoAfterAKillTheTerminalIsAsBefore() throws Exception {
    try (var gateway = TestGateway.serving("")) {
      Process process = onATerminal(gateway.url(""));
      try {
        String shown = readUntil(process.getInputStream(), "demo ");
        assertThat(shown).contains("\033[?1049h\033[?25l");
        process
            .descendants()
            .filter(child -> child.info().command().orElse("").endsWith("java"))
            .forEach(ProcessHandle::destroyForcibly);
        assertThat(readUntil(process.getInputStream(), "restored"))
            .contains("\033[?25h\033[?1049l", "exit 137");
      } finally {
        end(process);
      }
    }
  }

  /**
   * A shell that runs {@code weir top} and says when its terminal is what it was before. With
   * {@code CI=true} the program that makes the terminal has to be there.
   */
  private Process onATerminal(String url) throws Exception {
    boolean there = Files.isExecutable(Path.of("/usr/bin/script"));
    assumeTrue(there || "true".equals(System.getenv("CI")), "there is no script program");
    Path shell = folder.resolve("top.sh");
    Files.writeString(
        shell,
        """
        before=$(stty -g)
        '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dweir.terminal=out,err \
          -cp '%s' dev.weir.gateway.Weir top %s
        echo "exit $?"
        until [ "$(stty -g)" = "$before" ]; do sleep 0.01; done
        echo restored
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                url));
    return new ProcessBuilder("/usr/bin/script", "-qec", "sh " + shell, "/dev/null").start();
  }

  /** What is printed up to and with these words, or to the end. */
  private static String readUntil(InputStream from, String words) throws Exception {
    var read = new ByteArrayOutputStream();
    String text = "";
    while (!text.contains(words)) {
      int next = from.read();
      assertThat(next).as("printed: " + text).isNotNegative();
      read.write(next);
      text = read.toString(StandardCharsets.UTF_8);
    }
    return text;
  }

  private static void end(Process process) throws Exception {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }
}
