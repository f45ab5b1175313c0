package dev.weir.gateway.watch;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at a running gateway through its pages. Not for use by several threads. */
public final class GatewayWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient http;
  private final URI base;
  private final Map<String, String> headers;

  /**
   * @param base where the gateway listens; a path is left out
   * @param tls for https; null for the settings of the platform
   * @param headers sent with every request
   * @throws IllegalArgumentException with the first look, for a header that cannot be sent
   */
  public GatewayWatch(URI base, @Nullable SSLContext tls, Map<String, String> headers) {
    HttpClient.Builder http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
    this.http = (tls == null ? http : http.sslContext(tls)).build();
    this.base = base;
    this.headers = Map.copyOf(headers);
  }

  /**
   * What the gateway is and has done now. Takes five seconds at most for each of two pages.
   *
   * @throws NoGatewayException when it does not tell; the message says why, and what to do
   */
  public Look look() throws NoGatewayException, InterruptedException {
    JsonNode status = status(page("/api/v1/status"));
    return new Look(status, Samples.of(page("/metrics")), System.nanoTime());
  }

  private JsonNode status(String page) throws NoGatewayException {
    try {
      JsonNode status = JsonMapper.shared().readTree(page);
      if (status.path("upstreams").isArray() && status.path("started").isString()) {
        return status;
      }
    } catch (JacksonException e) {
      // Said below.
    }
    throw new NoGatewayException("what answers at " + base + " is no Weir gateway");
  }

  private String page(String path) throws NoGatewayException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE);
    headers.forEach(request::header);
    try {
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      return switch (answer.statusCode()) {
        case 200 -> answer.body();
        case 401, 403 ->
            throw new NoGatewayException(
                base + " does not tell everybody (HTTP " + answer.statusCode() + "); see --header");
        default ->
            throw new NoGatewayException(
                "no Weir gateway at " + base + ": HTTP " + answer.statusCode() + " for " + path);
      };
    } catch (NoGatewayException e) {
      throw e;
    } catch (IOException e) {
      throw new NoGatewayException(
          "nothing answers at " + base + ": " + reason(e) + "; is weir serve running?");
    }
  }

  private static String reason(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "no answer within " + PATIENCE.toSeconds() + " s";
    }
    if (e.getCause() instanceof UnresolvedAddressException
        || (e.getCause() != null
            && e.getCause().getCause() instanceof UnresolvedAddressException)) {
      return "unknown host";
    }
    String message = e.getMessage();
    if (message != null) {
      return message;
    }
    return e instanceof ConnectException ? "connection refused" : e.getClass().getSimpleName();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
