package dev.weir.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Connections on a clock that a test moves, and threads that call; both end with the test. */
final class HttpKit implements AfterEachCallback {
  final AtomicLong now = new AtomicLong(1_000_000_000L);
  final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpConnections connections = create(PatientHttp.options());

  private HttpConnections create(HttpOptions options) {
    return HttpConnections.create(options, Map.of(), null, now::get);
  }

  /** Connections with other options in place of those there were. */
  void reopen(HttpOptions options) {
    connections.close();
    connections = create(options);
  }

  HttpCall call(Origin origin, HttpRequest request) {
    return connections.call(origin, request);
  }

  HttpCall call(ScriptedServer server, HttpRequest request) {
    return call(Origin.of(server.uri("/")), request);
  }

  static HttpRequest plainGet() {
    return HttpRequest.of("GET", "/", Map.of(), null);
  }

  /** The body of the answer to a plain GET. */
  String get(ScriptedServer server) throws IOException, InterruptedException {
    try (HttpReply reply = call(server, plainGet()).send()) {
      return new String(reply.readBody(1 << 20), UTF_8);
    }
  }

  OriginStats stats(ScriptedServer server) {
    return connections.stats(Origin.of(server.uri("/")));
  }

  /** Closes the connections; what is called afterwards fails. */
  void close() {
    connections.close();
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }
}
