package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.util.SequencedMap;
import java.util.Set;

/** Where requests are told of as traces. */
public record TracingConfig(
    @Option(
            byDefault = "",
            about =
                "where spans are posted to, by OTLP over HTTP: of an OpenTelemetry collector, http://HOST:4318/v1/traces")
        UpstreamUrl endpoint,
    @Option(byDefault = "", about = "sent with every post") @Form(Headers.FORM)
        SequencedMap<String, Secret> headers,
    @Option(
            byDefault = "100%",
            about =
                "so many of the traces that begin here are kept; a request that is of its client's trace goes by what that client has decided")
        Percent sample,
    @Option(byDefault = "weir", about = "what this gateway is called in traces: service.name")
        String serviceName) {
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "content-encoding",
          "transfer-encoding",
          "connection",
          "expect",
          "upgrade");

  public TracingConfig {
    if (endpoint.isWebSocket()) {
      throw new InvalidOptionException(
          "endpoint", endpoint, "a URL that starts with http:// or https://");
    }
    headers = Headers.checked(headers, OWN_HEADERS);
    if (serviceName.isBlank()) {
      throw new InvalidOptionException("service-name", serviceName, "a name");
    }
  }
}
