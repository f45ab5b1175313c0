package dev.weir.gateway.cli;

import dev.weir.gateway.watch.GatewayWatch;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that look at a running gateway have in common. */
final class GatewayOptions {
  @Parameters(
      index = "0",
      paramLabel = "URL",
      arity = "0..1",
      defaultValue = "http://127.0.0.1:8722",
      description = "Where the gateway listens; http://127.0.0.1:8722 by default.")
  private String url = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "\"NAME: VALUE\"",
      description = "A header for every request; may be repeated.")
  private List<String> headers = List.of();

  @Mixin private TlsOptions tls = new TlsOptions();

  /** What looks at the gateway; to be closed. */
  GatewayWatch watch() {
    return new GatewayWatch(
        ServerOptions.uri(url), tls.context(), ServerOptions.parseHeaders(headers));
  }

  /** The URL as it was given. */
  String url() {
    return url;
  }
}
