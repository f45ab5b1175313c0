package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.PoolOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How long connections rest, when they are used again, and how many there are. */
@Timeout(300)
class WeirConnectionManagerTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();

  private static HttpOptions withPool(UnaryOperator<PoolOptions> change) {
    HttpOptions options = PatientHttp.forClients();
    return options.withPool(options.pool().withPerKey(change.apply(options.pool().perKey())));
  }

  @Test
  void theDefaultsOfClientsAreThoseOfTheRequirement() { // C5
    HttpOptions options = HttpOptions.forClients();
    assertThat(options.pool().perKey().max()).isEqualTo(50);
    assertThat(options.maxIdle()).isEqualTo(10);
    assertThat(options.pool().perKey().strategy()).hasToString("LIFO");
    assertThat(options.responseTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(options.pool().perKey().idleTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(options.maxBody()).isEqualTo(50L << 20);
  }

  @Test
  void optionsThatWouldOpenWhatNoRequestNeedsAreRefused() {
    assertRefused("min", p -> p.withSize(1, 50));
    assertRefused("adaptive", p -> p.withAdaptive(true));
    assertRefused("max-leases-per-connection", p -> p.withMaxLeasesPerConnection(2));
  }

  private static void assertRefused(String option, UnaryOperator<PoolOptions> change) {
    assertThatThrownBy(() -> WeirConnectionManager.create(withPool(change)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(option);
  }

  @Test
  void aLargeRequestGoesOutWhole() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "" + r.body().length()))) {
      for (int i = 0; i < 3; i++) {
        HttpPost post = new HttpPost(server.uri("/"));
        post.setEntity(new StringEntity("x".repeat(5_000_000)));
        assertThat(kit.send(post, null)).isEqualTo("5000000");
      }
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aKeptConnectionServesTheNextRequest() throws Exception {
    try (ScriptedServer server = hello()) {
      for (int i = 0; i < 5; i++) {
        assertThat(kit.get(server)).isEqualTo("hi");
      }
      assertThat(server.accepted()).isEqualTo(1);
      assertThat(kit.stats().acquired()).isEqualTo(5);
      assertThat(kit.stats().created()).isEqualTo(1);
      assertThat(kit.stats().reuseRatio()).isEqualTo(0.8);
      assertThat(kit.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void theNumbersOfEachOriginAreItsOwn() throws Exception {
    try (ScriptedServer one = hello();
        ScriptedServer other = hello()) {
      kit.get(one);
      kit.get(other);
      kit.get(other);
      kit.manager()
          .pools()
          .statsByKey()
          .forEach(
              (key, stats) ->
                  assertThat(stats.acquired())
                      .isEqualTo(key.route().getTargetHost().getPort() == one.port() ? 1 : 2));
      assertThat(kit.manager().pools().statsByKey()).hasSize(2);
    }
  }

  @Test
  void aConnectionWhoseServerSaysCloseIsNotKept() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "Connection: close\r\n", "hi"))) {
      kit.get(server);
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(2);
      await().until(() -> kit.stats().size() == 0);
    }
  }

  @Test
  void aConnectionIsLentForOneSecondLessThanItsServerSaid() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "Keep-Alive: timeout=5\r\n", ""))) {
      kit.get(server);
      pass(Duration.ofMillis(3_999));
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(1);
      pass(Duration.ofMillis(4_000));
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatSaysNothingIsTrustedForSixtySeconds() throws Exception {
    Duration byDefault = HttpOptions.forClients().assumedKeepAlive();
    kit.reopen(PatientHttp.forClients().withAssumedKeepAlive(byDefault));
    try (ScriptedServer server = hello()) {
      kit.get(server);
      pass(Duration.ofMillis(59_999));
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(1);
      pass(Duration.ofSeconds(60));
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aRequestThatWantsItsConnectionKeptForLessIsHeard() throws Exception {
    try (ScriptedServer server = hello()) {
      HttpGet brief = new HttpGet(server.uri("/"));
      brief.setConfig(
          RequestConfig.custom().setConnectionKeepAlive(TimeValue.ofSeconds(2)).build());
      kit.send(brief, null);
      pass(Duration.ofSeconds(2));
      kit.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aHundredCallersShareFiftyConnections() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch fifty = new CountDownLatch(50);
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              fifty.countDown();
              fifty.await();
              atOnce.decrementAndGet();
              peer.answer(200, "", "x");
            })) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(
            kit.threads.submit(
                () -> {
                  for (int k = 0; k < 10; k++) {
                    assertThat(kit.get(server)).isEqualTo("x");
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(most.get()).isEqualTo(50);
      assertThat(server.accepted()).isEqualTo(50);
      assertThat(server.requests()).hasSize(1_000);
      // Not created: a place whose request was given another one goes without being connected.
      await().until(() -> kit.stats().idle() == 50);
    }
  }

  @Test
  void theBoundOverAllOriginsHolds() throws Exception {
    HttpOptions options = PatientHttp.forClients();
    kit.reopen(options.withPool(options.pool().withMaxTotal(3)));
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ScriptedServer.Handler handler =
        (r, peer) -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          Thread.yield();
          atOnce.decrementAndGet();
          peer.answer(200, "", "x");
        };
    try (ScriptedServer a = ScriptedServer.answering(handler);
        ScriptedServer b = ScriptedServer.answering(handler);
        ScriptedServer c = ScriptedServer.answering(handler)) {
      List<URI> uris = List.of(a.uri("/"), b.uri("/"), c.uri("/"));
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < 90; i++) {
        all.add(kit.getInBackground(uris.get(i % 3)));
      }
      for (Future<String> one : all) {
        assertThat(one.get()).isEqualTo("x");
      }
      assertThat(most.get()).isLessThanOrEqualTo(3);
      assertThat(kit.stats().size()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void noMoreConnectionsRestThanMayRest() throws Exception {
    kit.reopen(withPool(p -> p.withEvictionInterval(Duration.ofMillis(10))).withMaxIdle(2));
    CyclicBarrier allSix = new CyclicBarrier(6);
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              if (r.target().equals("/together")) {
                allSix.await();
              }
              peer.answer(200, "", "x");
            })) {
      together(server, 6);
      assertThat(kit.stats().idle()).isEqualTo(6);
      pass(Duration.ofSeconds(1));
      await().until(() -> kit.stats().size() == 2 && server.open() == 2);
      assertThat(kit.get(server)).isEqualTo("x");
      assertThat(server.accepted()).isEqualTo(6);
    }
  }

  @Test
  void aConnectionThatRestsForTooLongIsClosed() throws Exception {
    kit.reopen(
        withPool(
            p ->
                p.withIdleTimeout(Duration.ofMillis(50))
                    .withEvictionInterval(Duration.ofMillis(10))));
    try (ScriptedServer server = hello()) {
      kit.get(server);
      await().until(() -> kit.stats().size() == 0 && server.open() == 0);
    }
  }

  @Test
  void aConnectionThatIsTooOldIsClosed() throws Exception {
    kit.reopen(
        withPool(
            p ->
                p.withMaxLifetime(Duration.ofMillis(50))
                    .withEvictionInterval(Duration.ofMillis(10))));
    try (ScriptedServer server = hello()) {
      kit.get(server);
      await().until(() -> kit.stats().size() == 0 && server.open() == 0);
    }
  }

  @Test
  void theConnectionUsedLastIsUsedNext() throws Exception {
    CyclicBarrier allThree = new CyclicBarrier(3);
    Set<Integer> used = new HashSet<>();
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              if (r.target().equals("/together")) {
                allThree.await();
              } else {
                used.add(peer.number());
              }
              peer.answer(200, "", "x");
            })) {
      together(server, 3);
      for (int i = 0; i < 10; i++) {
        kit.get(server);
      }
      assertThat(used).hasSize(1);
      assertThat(server.accepted()).isEqualTo(3);
    }
  }

  private void together(ScriptedServer server, int count) throws Exception {
    List<Future<String>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(kit.getInBackground(server.uri("/together")));
    }
    for (Future<String> one : all) {
      one.get();
    }
  }

  private static ScriptedServer hello() throws Exception {
    return ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"));
  }

  private void pass(Duration time) {
    kit.now.addAndGet(time.toNanos());
  }
}
