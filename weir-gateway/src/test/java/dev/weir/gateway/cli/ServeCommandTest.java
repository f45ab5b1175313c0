package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.mcp.ClientChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
  private static final StopSignals TERM_AT_ONCE = onSignal -> onSignal.accept("SIGTERM");

  @TempDir Path directory;

  private final List<String> done = new ArrayList<>();
  private final List<GatewayConfig> started = new ArrayList<>();

  @Test
  void itPrintsItsAddressItsRoutesAndTheNextStep() {
    CommandRun run = CommandRun.serving(this::start, TERM_AT_ONCE, "serve", "-l", "127.0.0.1:0");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            weir listens on http://127.0.0.1:4711
              http://127.0.0.1:4711/mcp/demo  a demonstration
              http://127.0.0.1:4711/mcp       all of them
            try: ./weir call http://127.0.0.1:4711/mcp/demo echo '{"message":"hi"}'
            """);
  }

  @Test
  void theFirstSignalDrainsForTheConfiguredTime() throws Exception {
    Path file = write("drain-timeout: 3s\nupstreams: { a: { command: [x] } }");
    CommandRun run =
        CommandRun.serving(this::start, TERM_AT_ONCE, "serve", "--config", file.toString());
    assertThat(done).containsExactly("drained PT3S");
    assertThat(run.err()).startsWith("weir: SIGTERM: draining").endsWith("weir: stopped\n");
  }

  @Test
  void withUpstreamsTheNextStepListsTheToolsOfTheFirstRoute() throws Exception {
    Path file = write("upstreams: { a: { command: [x] } }");
    CommandRun run = CommandRun.serving(this::start, TERM_AT_ONCE, "serve", "-c", file.toString());
    assertThat(run.out()).endsWith("try: ./weir tools http://127.0.0.1:4711/mcp/demo\n");
  }

  @Test
  void anAddressOnTheCommandLineIsStrongerThanTheFile() throws Exception {
    Path file = write("listen: 127.0.0.1:1\nupstreams: { a: { command: [x] } }");
    CommandRun.serving(
        this::start, TERM_AT_ONCE, "serve", "-c", file.toString(), "-l", "localhost:2");
    assertThat(started.getFirst().listen()).hasToString("localhost:2");
  }

  @Test
  void thatEverybodyMayCallFromTheNetworkIsSaidAtTheStart() throws Exception {
    String open =
        "listen: 0.0.0.0:1\nallowed-hosts: [weir]\n%s\nupstreams: { a: { command: [x] } }";
    Path closed = write(open.formatted(""));
    CommandRun refused = CommandRun.of("serve", "-c", closed.toString());
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("unless auth says who may call, or anonymous-access:");
    Path file = write(open.formatted("anonymous-access: network"));
    CommandRun run = CommandRun.serving(this::start, TERM_AT_ONCE, "serve", "-c", file.toString());
    assertThat(run.err()).contains("whoever can reach this listener may call");
  }

  @Test
  void aWrongConfigurationIsToldInFullAndNothingStarts() throws Exception {
    Path file = write("lisen: x\nupstreams: { a: {} }");
    CommandRun run = CommandRun.of("serve", "-c", file.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(":1:1: lisen: ", ":2:17: upstreams.a: ")
        .endsWith("weir: not started: 2 errors in " + file + "\n");
  }

  @Test
  void aMissingFileStartsNothing() {
    CommandRun run = CommandRun.of("serve", "-c", directory.resolve("none").toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("there is no file");
  }

  @Test
  void aPortInUseIsOneLine() {
    CommandRun run =
        CommandRun.serving(
            (_, _) -> {
              var cause = new BindException("Address already in use");
              throw new IOException("cannot listen: Address already in use", cause);
            },
            TERM_AT_ONCE,
            "serve",
            "-l",
            "127.0.0.1:4711");
    assertThat(run)
        .isEqualTo(
            new CommandRun(
                1,
                "",
                "weir: 127.0.0.1:4711 is in use by another process; choose another with --listen\n"));
  }

  @Test
  void anAddressThatIsNoneOrIsPublicIsWrongUsage() {
    assertThat(CommandRun.of("serve", "-l", "here").err()).contains("--listen: not an address");
    CommandRun open = CommandRun.of("serve", "-l", "0.0.0.0:1");
    assertThat(open.exitCode()).isEqualTo(2);
    assertThat(open.err()).contains("--listen: expected a loopback address");
  }

  private ServeCommand.Running start(GatewayConfig config, boolean listens) throws IOException {
    started.add(config);
    return new ServeCommand.Running() {
      @Override
      public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", 4711);
      }

      @Override
      public SequencedMap<String, String> routes() {
        SequencedMap<String, String> routes = new LinkedHashMap<>();
        routes.put("/mcp/demo", "a demonstration");
        routes.put("/mcp", "all of them");
        return routes;
      }

      @Override
      public void serve(ClientChannel client, String path) {
        throw new AssertionError("there is no client");
      }

      @Override
      public void drainAndClose(Duration timeout) {
        done.add("drained " + timeout);
      }

      @Override
      public void close() {
        done.add("closed");
      }
    };
  }

  private Path write(String yaml) throws Exception {
    return Files.writeString(directory.resolve("weir.yaml"), yaml);
  }
}
