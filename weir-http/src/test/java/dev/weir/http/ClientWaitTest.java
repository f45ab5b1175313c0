package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.TooManyWaitersException;
import dev.weir.pool.kit.Background;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The only connection is taken: what becomes of those who wait for it. */
@org.junit.jupiter.api.Timeout(300)
class ClientWaitTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private ScriptedServer server;
  private Future<String> holder;

  @BeforeEach
  void takeTheOnlyConnection() throws Exception {
    server =
        ScriptedServer.answering(
            (r, peer) -> {
              goOn.await();
              peer.answer(200, "", "done");
            });
    take(PatientHttp.forClients().withMax(1));
  }

  private void take(HttpOptions options) throws Exception {
    kit.reopen(options);
    holder = kit.getInBackground(server.uri("/"));
    await().until(() -> kit.stats().active() == 1);
  }

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void whoWaitsIsServedWhenTheConnectionComesBack() throws Exception {
    Future<String> waiter = kit.getInBackground(server.uri("/"));
    await().until(() -> kit.stats().pending() == 1);
    goOn.countDown();
    assertThat(holder.get()).isEqualTo("done");
    assertThat(waiter.get()).isEqualTo("done");
    assertThat(server.accepted()).isEqualTo(1);
  }

  @Test
  void whoseTimeIsUpIsToldWhatThePoolDoes() {
    HttpGet get = new HttpGet(server.uri("/"));
    get.setConfig(
        RequestConfig.custom().setConnectionRequestTimeout(Timeout.ofMilliseconds(50)).build());
    assertThatThrownBy(() -> kit.send(get, null))
        .isInstanceOf(ConnectionRequestTimeoutException.class)
        .hasMessageContaining("http/http://127.0.0.1:" + server.port())
        .hasMessageContaining("1 leased");
    assertThat(kit.stats().pending()).isZero();
  }

  @Test
  void aTimeOfZeroMeansForEver() throws Exception {
    HttpGet get = new HttpGet(server.uri("/"));
    get.setConfig(RequestConfig.custom().setConnectionRequestTimeout(Timeout.DISABLED).build());
    Future<String> waiter = kit.threads.submit(() -> kit.send(get, null));
    await().until(() -> kit.stats().pending() == 1);
    goOn.countDown();
    assertThat(waiter.get()).isEqualTo("done");
  }

  @Test
  void anInterruptEndsTheWaitAndKeepsItsFlag() throws Exception {
    var flag = new CountDownLatch(1);
    Background<String> waiter =
        Background.start(
            () -> {
              try {
                return kit.get(server);
              } finally {
                if (Thread.currentThread().isInterrupted()) {
                  flag.countDown();
                }
              }
            });
    await().until(() -> kit.stats().pending() == 1);
    waiter.thread().interrupt();
    assertThat(waiter.failure(InterruptedIOException.class)).hasMessageContaining("abort");
    flag.await();
    assertThat(kit.stats().pending()).isZero();
    goOn.countDown();
    assertThat(holder.get()).isEqualTo("done");
    assertThat(kit.get(server)).isEqualTo("done");
  }

  @Test
  void aRequestThatIsCancelledLeavesNothingInTheLine() throws Exception {
    HttpGet get = new HttpGet(server.uri("/"));
    Background<String> waiter = Background.start(() -> kit.send(get, null));
    await().until(() -> kit.stats().pending() == 1);
    get.cancel();
    assertThat(waiter.failure(RequestFailedException.class)).isNotNull();
    assertThat(kit.stats().pending()).isZero();
    goOn.countDown();
    assertThat(holder.get()).isEqualTo("done");
    assertThat(kit.stats().active()).isZero();
  }

  @Test
  void whoIsOneTooManyIsRefusedAtOnce() throws Exception {
    HttpOptions one = PatientHttp.forClients().withMax(1);
    take(one.withPool(one.pool().withPerKey(one.pool().perKey().withMaxWaiters(0))));
    assertThatThrownBy(() -> kit.get(server)).hasCauseInstanceOf(TooManyWaitersException.class);
  }

  @Test
  void whoWaitsWhenTheManagerIsClosedFails() {
    Background<String> waiter = Background.start(() -> kit.get(server));
    await().until(() -> kit.stats().pending() == 1);
    kit.manager().close(CloseMode.GRACEFUL);
    assertThat(waiter.failure(RequestFailedException.class))
        .hasCauseInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> kit.get(server)).hasCauseInstanceOf(PoolClosedException.class);
  }
}
