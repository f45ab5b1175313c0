package dev.weir.gateway;

import dev.weir.gateway.cli.ServeCommand;
import dev.weir.gateway.cli.StopSignals;
import dev.weir.gateway.cli.Terminal;
import dev.weir.gateway.cli.WeirCommand;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.doctor.Wires;
import dev.weir.mcp.ClientChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The program {@code weir}. */
public final class Weir {
  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  private Weir() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // Before the first logger is made. The JDK's own format takes two lines for each event.
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n");
    }
    var terminal = Terminal.ofThisProcess();
    var line = WeirCommand.create(terminal, starter(), StopSignals.ofThisProcess());
    System.exit(line.execute(args));
  }

  /** Starts gateways for the command line. */
  public static ServeCommand.Starter starter() {
    return new Starting();
  }

  private record Starting() implements ServeCommand.Starter {
    @Override
    public ServeCommand.Running start(GatewayConfig config, boolean listens) throws IOException {
      return new Serving(listens ? Gateway.start(config) : Gateway.startUnheard(config));
    }

    @Override
    public Wires wires(String name, UpstreamConfig upstream, GatewayConfig config) {
      return ConfiguredWires.of(name, upstream, config);
    }
  }

  /** The command line knows no gateway, so that neither needs the other's package. */
  private record Serving(Gateway gateway) implements ServeCommand.Running {
    @Override
    public InetSocketAddress address() {
      return gateway.address();
    }

    @Override
    public SequencedMap<String, String> routes() {
      SequencedMap<String, String> routes = new LinkedHashMap<>();
      gateway.routes().forEach(route -> routes.put(route.path(), route.description()));
      return routes;
    }

    @Override
    public SequencedMap<String, String> sockets() {
      return gateway.sockets();
    }

    @Override
    public @Nullable InetSocketAddress admin() {
      return gateway.adminAddress();
    }

    @Override
    public void serve(ClientChannel client, String path) throws InterruptedException {
      gateway.serve(client, path);
    }

    @Override
    public GatewayConfig reload(ConfigSource source) {
      return gateway.reload(source);
    }

    @Override
    public void drainAndClose(Duration timeout) throws InterruptedException {
      gateway.drainAndClose(timeout);
    }

    @Override
    public void close() {
      gateway.close();
    }
  }
}
