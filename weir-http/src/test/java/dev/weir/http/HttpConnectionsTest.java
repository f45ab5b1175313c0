package dev.weir.http;

import static dev.weir.http.HttpKit.plainGet;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Connections and their use: how long they rest, when they are used again, and how many there are.
 */
@Timeout(300)
class HttpConnectionsTest {
  @RegisterExtension private final HttpKit http = new HttpKit();

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"))) {
      for (int i = 0; i < 5; i++) {
        assertThat(http.get(server)).isEqualTo("hi");
      }
      assertThat(server.accepted()).isEqualTo(1);
      OriginStats stats = http.stats(server);
      assertThat(stats.pool().created()).isEqualTo(1);
      assertThat(stats.pool().acquired()).isEqualTo(5);
      assertThat(stats.connections()).isEqualTo(1);
    }
  }

  @Test
  void theRequestGoesOutAsItWasGiven() throws Exception {
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", ""))) {
      HttpRequest post =
          HttpRequest.of("POST", "/mcp?a=b", Map.of("X-Key", "k"), "{}".getBytes(UTF_8));
      try (HttpReply reply = http.call(server, post).send()) {
        assertThat(reply.status()).isEqualTo(200);
      }
      ScriptedServer.Request seen = server.requests().get(0);
      assertThat(seen.method()).isEqualTo("POST");
      assertThat(seen.target()).isEqualTo("/mcp?a=b");
      assertThat(seen.body()).isEqualTo("{}");
      assertThat(seen.header("host")).isEqualTo("127.0.0.1:" + server.port());
      assertThat(seen.header("x-key")).isEqualTo("k");
    }
  }

  @Test
  void aConnectionRestsForOneSecondLessThanItsPeerSaid() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> peer.answer(200, "Keep-Alive: timeout=5, max=100\r\n", ""))) {
      http.get(server);
      http.now.addAndGet(Duration.ofMillis(3_999).toNanos());
      http.get(server);
      assertThat(server.accepted()).isEqualTo(1);
      http.now.addAndGet(Duration.ofMillis(4_000).toNanos());
      http.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aPeerThatSaysNothingIsTrustedForFourSeconds() throws Exception {
    Duration byDefault = HttpOptions.defaults().assumedKeepAlive();
    http.reopen(PatientHttp.options().withAssumedKeepAlive(byDefault));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", ""))) {
      http.get(server);
      http.now.addAndGet(Duration.ofMillis(3_999).toNanos());
      http.get(server);
      assertThat(server.accepted()).isEqualTo(1);
      http.now.addAndGet(Duration.ofMillis(4_000).toNanos());
      http.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatItsPeerWillCloseIsNotUsedAgain() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "Connection: close\r\n", ""))) {
      http.get(server);
      http.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionOfHttp10IsNotUsedAgainUnlessThePeerSaysSo() throws Exception {
    AtomicInteger answers = new AtomicInteger();
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) ->
                peer.write(
                    answers.incrementAndGet() < 3
                        ? "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
      http.get(server);
      http.get(server);
      http.get(server);
      assertThat(server.accepted()).isEqualTo(1);
      http.get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatWasClosedWhileIdleIsNeverHandedOut() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.answer(200, "", "once");
            })) {
      for (int i = 1; i <= 10; i++) {
        assertThat(http.get(server)).isEqualTo("once");
        await().until(() -> server.open() == 0);
      }
      assertThat(server.requests()).hasSize(10);
    }
  }

  @Test
  void bytesThatNobodyAskedForNeverAnswerTheNextRequest() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              String right = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";
              peer.write(peer.number() == 1 ? right + right.replace("right", "wrong") : right);
            })) {
      assertThat(http.get(server)).isEqualTo("right");
      assertThat(http.get(server)).isEqualTo("right");
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void anIdleConnectionThatItsPeerClosedLeavesThePoolByItself() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.answer(200, "", "");
            })) {
      http.get(server);
      await().untilAsserted(() -> assertThat(http.stats(server).connections()).isZero());
    }
  }

  @Test
  void aHundredThreadsNeverHoldMoreThanMaxConnections() throws Exception {
    http.reopen(PatientHttp.options().withMax(7));
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              Thread.yield();
              atOnce.decrementAndGet();
              peer.answer(200, "", "x");
            })) {
      List<Future<?>> all = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(
            http.threads.submit(
                () -> {
                  for (int k = 0; k < 20; k++) {
                    assertThat(http.get(server)).isEqualTo("x");
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(server.requests()).hasSize(2_000);
      assertThat(server.accepted()).isLessThanOrEqualTo(7);
      assertThat(most.get()).isLessThanOrEqualTo(7);
    }
  }

  @Test
  void noMoreConnectionsRestThanMayRest() throws Exception {
    http.reopen(PatientHttp.options().withMaxIdle(2));
    CyclicBarrier allFive = new CyclicBarrier(5);
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              allFive.await();
              peer.answer(200, "", "x");
            })) {
      List<Future<?>> all = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(http.threads.submit(() -> http.get(server)));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(http.stats(server).connections()).isEqualTo(5);
      http.now.addAndGet(Duration.ofSeconds(1).toNanos());
      await().until(() -> http.stats(server).connections() == 2 && server.open() == 2);
    }
  }

  @Test
  void anAddressOfVersion6IsReached() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.on(
            InetAddress.getByName("::1"),
            peer -> {
              peer.read();
              peer.answer(200, "", "six");
            })) {
      URI uri = URI.create("http://[::1]:" + server.port() + "/");
      try (HttpReply reply = http.call(Origin.of(uri), plainGet()).send()) {
        assertThat(reply.readBody(10)).isEqualTo("six".getBytes(UTF_8));
      }
      assertThat(server.requests().get(0).header("host")).isEqualTo("[::1]:" + server.port());
    }
  }
}
