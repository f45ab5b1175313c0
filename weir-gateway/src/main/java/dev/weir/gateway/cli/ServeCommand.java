package dev.weir.gateway.cli;

import dev.weir.gateway.config.AnonymousAccess;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigFile;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.ConfigWatch;
import dev.weir.gateway.config.Durations;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.InvalidOptionException;
import dev.weir.gateway.config.ListenAddress;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.config.Warnings;
import dev.weir.gateway.doctor.Wires;
import dev.weir.mcp.ClientChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir serve}: runs the gateway until a signal ends it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Runs the gateway until SIGTERM or Ctrl-C.",
    footer = {
      "",
      "Without --config it takes weir.yaml where it is started, and without that file it",
      "serves a small demonstration server. The first signal lets calls in flight finish,",
      "the second ends at once. The file is read again when it has changed, and on SIGHUP."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final String RELOAD = "SIGHUP";
  private static final Path USUAL_FILE = Path.of("weir.yaml");
  private static final Duration LAST_CLOSE = Duration.ofMillis(500);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration.")
  private @Nullable Path config;

  @Option(
      names = {"-l", "--listen"},
      paramLabel = "HOST:PORT",
      description = "Where to listen, instead of what the configuration says. Port 0: a free one.")
  private @Nullable String listen;

  private final Terminal terminal;
  private final Starter starter;
  private final StopSignals signals;

  ServeCommand(Terminal terminal, Starter starter, StopSignals signals) {
    this.terminal = terminal;
    this.starter = starter;
    this.signals = signals;
  }

  /** Starts a gateway. */
  @FunctionalInterface
  public interface Starter {
    /**
     * Starts to serve.
     *
     * @param listens whether clients can connect; otherwise only those are served that {@link
     *     Running#serve} is given
     */
    Running start(GatewayConfig config, boolean listens) throws IOException;

    /** The wires of one upstream, as a gateway would have them, on their own. */
    default Wires wires(String name, UpstreamConfig upstream, GatewayConfig config) {
      throw new UnsupportedOperationException("there are no wires here");
    }
  }

  /** A gateway that serves. */
  public interface Running extends AutoCloseable {
    /** Where it listens. */
    InetSocketAddress address();

    /** Where the admin listener is; null where there is none. */
    default @Nullable InetSocketAddress admin() {
      return null;
    }

    /** Sockets that it listens on beside, and the paths that they lead to. */
    default SequencedMap<String, String> sockets() {
      return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
    }

    /** The paths that clients may use, such as {@code /mcp/search}, and what stands behind each. */
    SequencedMap<String, String> routes();

    /**
     * Serves one client on the route of this path, on the caller's thread, until it has left or
     * everything ends.
     */
    void serve(ClientChannel client, String path) throws InterruptedException;

    /**
     * Takes another configuration into service, while calls go on; changes nothing where it cannot
     * be used, which is logged.
     *
     * @return what is in effect now
     */
    default GatewayConfig reload(ConfigSource source) {
      throw new UnsupportedOperationException("this gateway cannot be reloaded");
    }

    /** Accepts nothing more, lets calls in flight finish for a while, then closes. */
    void drainAndClose(Duration timeout) throws InterruptedException;

    /** Closes at once. */
    @Override
    void close();
  }

  @Override
  public Integer call() {
    Path taken = taken(config);
    ConfigFile file = taken == null ? null : new ConfigFile(taken, this::listening);
    GatewayConfig first = first(taken, file);
    Running gateway = start(first);
    var inEffect = new AtomicReference<>(first);
    CountDownLatch stop = new CountDownLatch(1);
    AtomicInteger count = new AtomicInteger();
    signals.listen(
        signal -> {
          if (signal.equals(RELOAD) && file != null) {
            inEffect.set(gateway.reload(file));
          } else if (count.incrementAndGet() == 1) {
            terminal.say(
                signal
                    + ": draining, calls in flight may take "
                    + Durations.format(inEffect.get().drainTimeout())
                    + " to finish; a second signal ends at once");
            stop.countDown();
          } else {
            endAtOnce(gateway);
          }
        });
    announce(gateway, first);
    try (var _ = file == null ? null : watch(file, gateway, inEffect)) {
      stop.await();
      gateway.drainAndClose(inEffect.get().drainTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      gateway.close();
    }
    terminal.say("stopped");
    return ExitCodes.OK;
  }

  /** What the file says; without one, the usual file where there is one, or the defaults. */
  static GatewayConfig configuration(Terminal terminal, @Nullable Path file) {
    Path taken = taken(file);
    return taken == null ? GatewayConfig.defaults() : read(terminal, taken);
  }

  /** The file that is read; null for none. */
  static @Nullable Path taken(@Nullable Path file) {
    return file == null && Files.exists(USUAL_FILE) ? USUAL_FILE : file;
  }

  /** Reads a file, or ends the command with everything that is wrong with it. */
  static GatewayConfig read(Terminal terminal, Path file) {
    return read(terminal, file, () -> ConfigReader.read(file));
  }

  private static GatewayConfig read(Terminal terminal, Path file, ConfigSource source) {
    try {
      return source.read();
    } catch (ConfigException e) {
      e.errors().forEach(error -> terminal.err().println(error));
      String errors = e.errors().size() == 1 ? "1 error" : e.errors().size() + " errors";
      throw new CommandFailure(ExitCodes.USAGE, "not started: " + errors + " in " + file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static CommandFailure unreadable(Path file, IOException e) {
    String why =
        e instanceof NoSuchFileException
            ? "there is no file " + file
            : Files.isDirectory(file)
                ? file + " is a directory"
                : file + " cannot be read: " + e.getMessage();
    return new CommandFailure(ExitCodes.USAGE, why);
  }

  private static ConfigWatch watch(
      ConfigFile file, Running gateway, AtomicReference<GatewayConfig> inEffect) {
    return new ConfigWatch(file, () -> inEffect.set(gateway.reload(file)));
  }

  /** The command line is stronger than the file. */
  private GatewayConfig listening(GatewayConfig config) {
    return listen == null ? config : config.withListen(ListenAddress.parse(listen));
  }

  private GatewayConfig first(@Nullable Path taken, @Nullable ConfigFile file) {
    try {
      return taken == null || file == null
          ? listening(GatewayConfig.defaults())
          : read(terminal, taken, file);
    } catch (InvalidOptionException e) {
      throw new CommandFailure(ExitCodes.USAGE, "--listen: expected " + e.expected());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCodes.USAGE, "--listen: " + e.getMessage());
    }
  }

  private Running start(GatewayConfig config) {
    try {
      return starter.start(config, true);
    } catch (IOException e) {
      boolean inUse = e instanceof BindException || e.getCause() instanceof BindException;
      inUse = inUse && String.valueOf(e.getMessage()).contains("in use");
      throw new CommandFailure(
          ExitCodes.FAILED,
          inUse
              ? config.listen() + " is in use by another process; choose another with --listen"
              : "not started: " + e.getMessage());
    }
  }

  private void announce(Running gateway, GatewayConfig config) {
    String base = base(config, gateway.address().getPort());
    var out = terminal.out();
    out.println(terminal.styled("@|bold weir|@ listens on " + base));
    int width = gateway.routes().keySet().stream().mapToInt(String::length).max().orElse(0);
    gateway
        .routes()
        .forEach(
            (path, behind) ->
                out.println("  " + base + path + " ".repeat(width - path.length() + 2) + behind));
    gateway.sockets().forEach((place, path) -> out.println("  " + place + "  " + path));
    InetSocketAddress admin = gateway.admin();
    if (admin != null) {
      String address = admin.getAddress().getHostAddress();
      out.println("  http://" + new ListenAddress(address, admin.getPort()) + "/admin  dashboard");
    }
    out.println("try: " + nextStep(base, gateway.routes().sequencedKeySet(), config));
    out.flush();
    Warnings.of(config, Instant.now()).forEach(terminal::say);
    if (config.anonymousAccess() == AnonymousAccess.NETWORK) {
      terminal.say("whoever can reach this listener may call: anonymous-access is network");
    }
  }

  /** Where clients find a gateway that listens on this port. */
  static String base(GatewayConfig config, int port) {
    String host = config.listen().isLoopback() ? config.listen().host() : "127.0.0.1";
    if (!config.allowedHosts().isEmpty()
        && (config.tls() != null || !config.listen().isLoopback())) {
      host = config.allowedHosts().getFirst(); // the one of the certificate, most likely
    }
    return (config.tls() == null ? "http://" : "https://") + new ListenAddress(host, port);
  }

  private String nextStep(String base, SequencedSet<String> routes, GatewayConfig config) {
    if (config.upstreams().isEmpty() && routes.contains("/mcp/demo")) {
      return terminal.program() + " call " + base + "/mcp/demo echo '{\"message\":\"hi\"}'";
    }
    String first = routes.isEmpty() ? "/mcp" : routes.getFirst();
    return terminal.program() + " tools " + base + first;
  }

  private static void endAtOnce(Running gateway) {
    Thread close = Thread.ofPlatform().daemon().start(gateway::close);
    try {
      close.join(LAST_CLOSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(ExitCodes.FAILED);
  }
}
