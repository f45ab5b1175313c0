package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.Nearest;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code weir stdio}: a client that starts its servers itself, such as a desktop application,
 * speaks with a route of the gateway over this process's standard input and output.
 *
 * <p>Where a gateway listens already, this one joins it: it is a gateway without a listener, whose
 * one upstream is that route. Where none does, it serves the route itself, for this one client, and
 * ends with it.
 */
@Command(
    name = "stdio",
    mixinStandardHelpOptions = true,
    description =
        "Serves one route over standard input and output, for clients that start servers.",
    footer = {
      "",
      "Joins the gateway that listens where the configuration says, or --join names; where",
      "none does, it serves the route itself and ends with its client. In a client's",
      "configuration:",
      "",
      "  \"mcpServers\": { \"search\": { \"command\": \"weir\", \"args\": [\"stdio\", \"--route\", \"search\"] } }"
    })
final class StdioCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final String JOINED = "gateway";

  /** A header, whose value is looked up under its own name and is in no message. */
  private static final String REFERENCE = "%1$s: \"${env:%1$s}\"";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration; as for serve.")
  private @Nullable Path config;

  @Option(
      names = {"-r", "--route"},
      paramLabel = "NAME",
      description = "The upstream to speak with; by default all that /mcp merges.")
  private @Nullable String route;

  @Option(
      names = "--join",
      paramLabel = "URL",
      description = "A gateway to join, such as http://127.0.0.1:8722.")
  private @Nullable URI join;

  @Mixin private TokenOptions token = new TokenOptions();
  @Mixin private TlsOptions tls = new TlsOptions();

  private final Terminal terminal;
  private final ServeCommand.Starter starter;
  private final InputStream in;
  private final OutputStream out;
  private final StopSignals signals;

  /** Whether the client has left. */
  private volatile boolean gone;

  /**
   * @param in where the client's messages come from; read by the thread of {@link #call}
   * @param out where it reads the answers
   */
  StdioCommand(
      Terminal terminal,
      ServeCommand.Starter starter,
      InputStream in,
      OutputStream out,
      StopSignals signals) {
    this.signals = signals;
    this.terminal = terminal;
    this.starter = starter;
    this.in = in;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    trust(tls.context());
    URI running = join;
    GatewayConfig served = GatewayConfig.defaults();
    if (running == null) {
      served = ServeCommand.configuration(terminal, config);
      URI listens = URI.create(ServeCommand.base(served, served.listen().port()));
      running = served.listen().port() != 0 && isGateway(listens) ? listens : null;
    }
    return running == null ? serve(served) : join(running);
  }

  /** The gateway to join is the only server that this process calls over TLS. */
  private static void trust(@Nullable SSLContext context) {
    if (context != null) {
      SSLContext.setDefault(context);
    }
  }

  /** Whether a gateway is there that takes calls. */
  private static boolean isGateway(URI base) throws InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(LOOK).build()) {
      var ready = HttpRequest.newBuilder(base.resolve("/readyz")).timeout(LOOK).build();
      HttpResponse<String> said = http.send(ready, HttpResponse.BodyHandlers.ofString());
      return said.statusCode() == 200 && said.body().equals("ok\n");
    } catch (IOException e) {
      return false;
    }
  }

  private int join(URI base) throws IOException, InterruptedException {
    String url = base.resolve(path(route)).toString();
    Map<String, String> headers = token.headers(base);
    terminal.say("joins the gateway at " + url);
    String quoted = url.replace("\\", "\\\\").replace("\"", "\\\"");
    try {
      GatewayConfig relay =
          ConfigReader.read(
              "--join",
              "upstreams: { %s: { url: \"%s\"%s, headers: {%s} } }"
                  .formatted(
                      JOINED,
                      quoted,
                      TokenOptions.isHere(base) ? ", transport: websocket" : "",
                      String.join(
                          ", ", headers.keySet().stream().map(REFERENCE::formatted).toList())),
              Path.of("").toAbsolutePath(),
              headers::get);
      return serve(relay, path(JOINED));
    } catch (ConfigException e) {
      throw new CommandFailure(
          ExitCodes.USAGE, "--join: expected a gateway's address, such as http://127.0.0.1:8722");
    }
  }

  private int serve(GatewayConfig config) throws IOException, InterruptedException {
    String named = route;
    if (named == null || config.upstreams().isEmpty()) {
      return serve(config, path(named));
    }
    if (!config.upstreams().containsKey(named)) {
      List<String> near = Nearest.several(named, config.upstreams().keySet(), 1);
      throw new CommandFailure(
          ExitCodes.USAGE,
          "--route: no upstream \"%s\"; %s"
              .formatted(
                  named,
                  near.isEmpty()
                      ? "there are " + String.join(", ", config.upstreams().keySet())
                      : "did you mean " + near.getFirst() + "?"));
    }
    return serve(config.withOnly(named), path(named));
  }

  private int serve(GatewayConfig config, String path) throws IOException, InterruptedException {
    try (ServeCommand.Running gateway = starter.start(config, false)) {
      if (!gateway.routes().containsKey(path)) {
        throw new CommandFailure(
            ExitCodes.USAGE,
            "--route: no route "
                + path
                + "; there are "
                + String.join(", ", gateway.routes().keySet()));
      }
      ClientChannel client =
          Transports.lines(in, out, in, config.limits().message().bytes(), "client on stdio");
      CountDownLatch over = new CountDownLatch(1);
      signals.listen(_ -> over.countDown());
      // Not this thread: a read from standard input cannot be ended.
      Thread.ofPlatform().daemon().name("stdin").start(() -> serve(gateway, client, path, over));
      over.await();
      gateway.drainAndClose(gone ? Duration.ZERO : config.drainTimeout());
    }
    return ExitCodes.OK;
  }

  private void serve(
      ServeCommand.Running gateway, ClientChannel client, String path, CountDownLatch over) {
    try {
      gateway.serve(client, path);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      gone = true;
      over.countDown();
    }
  }

  private static String path(@Nullable String route) {
    return route == null ? "/mcp" : "/mcp/" + route;
  }
}
