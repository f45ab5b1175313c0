package dev.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.PoolStats;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An Apache HttpClient over the manager under test, on a clock that a test moves; and threads that
 * call. It sends nothing twice by itself: what it hides from its users, a test has to see.
 */
final class ClientKit implements AfterEachCallback {
  final AtomicLong now = new AtomicLong(1_000_000_000L);
  final ExecutorService threads = Executors.newCachedThreadPool();
  private WeirConnectionManager manager;
  private CloseableHttpClient client;

  ClientKit() {
    manager = manager(PatientHttp.forClients(), b -> b);
    client = client(b -> b);
  }

  private WeirConnectionManager manager(
      HttpOptions options, UnaryOperator<WeirConnectionManager.Builder> with) {
    return with.apply(WeirConnectionManager.builder().options(options).nanoTime(now::get)).build();
  }

  private CloseableHttpClient client(UnaryOperator<HttpClientBuilder> with) {
    return with.apply(HttpClients.custom().setConnectionManager(manager).disableAutomaticRetries())
        .build();
  }

  void reopen(HttpOptions options) throws IOException {
    reopen(options, b -> b, b -> b);
  }

  /** Another manager and another client in place of those there were. */
  void reopen(
      HttpOptions options,
      UnaryOperator<WeirConnectionManager.Builder> withManager,
      UnaryOperator<HttpClientBuilder> withClient)
      throws IOException {
    client.close();
    manager = manager(options, withManager);
    client = client(withClient);
  }

  CloseableHttpClient client() {
    return client;
  }

  WeirConnectionManager manager() {
    return manager;
  }

  /** All keys together. */
  PoolStats stats() {
    return manager.pools().stats();
  }

  String get(ScriptedServer server) throws IOException {
    return get(server.uri("/"));
  }

  String get(URI uri) throws IOException {
    return send(new HttpGet(uri), null);
  }

  /** The body of the answer, whatever its status. */
  String send(ClassicHttpRequest request, @Nullable HttpContext context) throws IOException {
    return client.execute(
        request,
        context,
        answer -> answer.getEntity() == null ? "" : EntityUtils.toString(answer.getEntity()));
  }

  Future<String> getInBackground(URI uri) {
    return threads.submit(() -> get(uri));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    client.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }
}
