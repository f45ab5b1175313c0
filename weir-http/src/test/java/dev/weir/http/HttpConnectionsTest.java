package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpRequest.Use;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HttpConnectionsTest {
  private final AtomicLong now = new AtomicLong(1_000_000_000L);
  private HttpConnections http = connections(PatientHttp.options());
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() throws InterruptedException {
    http.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"))) {
      for (int i = 0; i < 5; i++) {
        assertThat(get(server)).isEqualTo("hi");
      }
      assertThat(server.accepted()).isEqualTo(1);
      OriginStats stats = http.stats(Origin.of(server.uri("/")));
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
      try (HttpReply reply = call(server, post).send()) {
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
      get(server);
      now.addAndGet(Duration.ofMillis(3_999).toNanos());
      get(server);
      assertThat(server.accepted()).isEqualTo(1);
      now.addAndGet(Duration.ofMillis(4_000).toNanos());
      get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aPeerThatSaysNothingIsTrustedForFourSeconds() throws Exception {
    http.close();
    Duration byDefault = HttpOptions.defaults().assumedKeepAlive();
    http = connections(PatientHttp.options().withAssumedKeepAlive(byDefault));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", ""))) {
      get(server);
      now.addAndGet(Duration.ofMillis(3_999).toNanos());
      get(server);
      assertThat(server.accepted()).isEqualTo(1);
      now.addAndGet(Duration.ofMillis(4_000).toNanos());
      get(server);
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatItsPeerWillCloseIsNotUsedAgain() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "Connection: close\r\n", ""))) {
      get(server);
      get(server);
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
      get(server);
      get(server);
      get(server);
      assertThat(server.accepted()).isEqualTo(1);
      get(server);
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
        assertThat(get(server)).isEqualTo("once");
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
      assertThat(get(server)).isEqualTo("right");
      assertThat(get(server)).isEqualTo("right");
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
      get(server);
      await().untilAsserted(() -> assertThat(stats(server).connections()).isZero());
    }
  }

  @Test
  void aRequestThatMayBeRepeatedSurvivesAConnectionThatDiesUnderIt() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(HttpConnectionsTest::dieAtTheSecondRequest)) {
      get(server);
      try (HttpReply reply = call(server, plainGet().repeatable()).send()) {
        assertThat(reply.readBody(100)).isEqualTo("ok".getBytes(UTF_8));
      }
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aRequestThatMustNotBeRepeatedIsWrittenOnce() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(HttpConnectionsTest::dieAtTheSecondRequest)) {
      get(server);
      assertThatThrownBy(() -> call(server, plainGet()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aRequestIsNotRepeatedWhenPartOfAResponseHasCome() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.answer(200, "", "");
              peer.read();
              peer.write("HTTP/1.1 2");
            })) {
      get(server);
      assertThatThrownBy(() -> call(server, plainGet().repeatable()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aRequestThatFailsOnAFreshConnectionIsNotRepeated() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Peer::read)) {
      assertThatThrownBy(() -> call(server, plainGet().repeatable()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aRefusedConnectionIsToldAsNotSent() throws Exception {
    // Bound and not listening: nobody else can take the port meanwhile.
    try (Socket taken = new Socket()) {
      taken.bind(new InetSocketAddress("127.0.0.1", 0));
      Origin origin = new Origin("http", "127.0.0.1", taken.getLocalPort(), "");
      assertThatThrownBy(() -> http.call(origin, plainGet()).send())
          .isInstanceOf(RequestNotSentException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void aHundredThreadsNeverHoldMoreThanMaxConnections() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withMax(7));
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
            threads.submit(
                () -> {
                  for (int k = 0; k < 20; k++) {
                    assertThat(get(server)).isEqualTo("x");
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
  void anAbortEndsAReadThatWouldLastForEver() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      HttpCall call = call(server, plainGet());
      Future<?> sending = threads.submit(call::send);
      asked.await();
      call.abort();
      assertThatThrownBy(sending::get).hasCauseInstanceOf(CallAbortedException.class);
      await().until(() -> server.open() == 0);
      await().untilAsserted(() -> assertThat(stats(server).connections()).isZero());
    }
  }

  @Test
  void anAbortEndsABodyThatIsBeingRead() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.startEvents();
              peer.chunk("data: 1\n\n");
              peer.awaitClose();
            })) {
      HttpCall call = call(server, plainGet());
      try (HttpReply reply = call.send()) {
        assertThat(reply.body().readNBytes(9)).isEqualTo("data: 1\n\n".getBytes(UTF_8));
        Future<Integer> reading = threads.submit(() -> reply.body().read());
        call.abort();
        assertThatThrownBy(reading::get).hasCauseInstanceOf(CallAbortedException.class);
      }
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void anAbortEndsTheWaitForAConnection() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      try (HttpReply holding = call(server, plainGet()).send()) {
        HttpCall waiting = call(server, plainGet());
        Future<HttpReply> sending = threads.submit(waiting::send);
        await().until(() -> stats(server).pool().pending() == 1);
        waiting.abort();
        assertThatThrownBy(sending::get).hasCauseInstanceOf(CallAbortedException.class);
        assertThat(holding.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      }
      assertThat(get(server)).isEqualTo("x");
    }
  }

  @Test
  void anAbortAfterTheEndDoesNotTouchTheNextCall() throws Exception {
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpCall first = call(server, plainGet());
      first.send().close();
      HttpReply second = call(server, plainGet()).send();
      first.abort();
      assertThat(second.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      second.close();
    }
  }

  @Test
  void anInterruptEndsACall() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      CountDownLatch interrupted = new CountDownLatch(1);
      Future<?> sending =
          threads.submit(
              () -> {
                try {
                  return call(server, plainGet()).send();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                  throw e;
                }
              });
      asked.await();
      sending.cancel(true);
      interrupted.await();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aPeerThatNeverAnswersIsGivenUpAfterTheResponseTimeout() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withResponseTimeout(Duration.ofMillis(50)));
    try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      assertThatThrownBy(() -> call(server, plainGet()).send())
          .isInstanceOf(RequestLostException.class)
          .hasMessageContaining("no response within 50 ms");
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aPromotedCallFreesItsPlaceInThePool() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpCall first = call(server, plainGet());
      try (HttpReply reply = first.send()) {
        assertThat(first.promote()).isTrue();
        assertThat(stats(server).streams()).isEqualTo(1);
        assertThat(get(server)).isEqualTo("x");
        assertThat(stats(server).connections()).isEqualTo(2);
        assertThat(reply.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      }
      assertThat(first.promote()).isFalse();
      assertThat(stats(server).streams()).isZero();
      await().until(() -> server.open() == 1);
    }
  }

  @Test
  void anUrgentRequestPassesAPoolThatIsFull() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      try (HttpReply holding = call(server, plainGet()).send();
          HttpReply urgent = call(server, plainGet().with(Use.URGENT)).send()) {
        assertThat(urgent.readBody(10)).isEqualTo("x".getBytes(UTF_8));
        assertThat(stats(server).streams()).isEqualTo(1);
        holding.readBody(10);
      }
      try (HttpReply urgent = call(server, plainGet().with(Use.URGENT)).send()) {
        urgent.readBody(10);
        assertThat(stats(server).streams()).isZero();
      }
    }
  }

  @Test
  void streamsAreBoundedAndCountedApart() throws Exception {
    http.close();
    http = connections(PatientHttp.options().withMaxStreams(2));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpRequest stream = plainGet().with(Use.STREAM);
      HttpReply one = call(server, stream).send();
      HttpReply two = call(server, stream).send();
      assertThat(stats(server).streams()).isEqualTo(2);
      assertThat(stats(server).pool().active()).isZero();
      assertThatThrownBy(() -> call(server, stream).send())
          .isInstanceOf(RequestNotSentException.class)
          .hasMessageContaining("all 2 streams are open");
      HttpCall pooled = call(server, plainGet());
      HttpReply reply = pooled.send();
      assertThat(pooled.promote()).isFalse();
      reply.close();
      one.close();
      call(server, stream).send().close();
      two.close();
      assertThat(stats(server).streams()).isZero();
      assertThat(stats(server).streamsOpened()).isEqualTo(3);
    }
  }

  @Test
  void closingEndsEveryCall() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      Future<?> pooled = threads.submit(() -> call(server, plainGet()).send());
      Future<?> stream = threads.submit(() -> call(server, plainGet().with(Use.STREAM)).send());
      asked.await();
      http.close();
      assertThatThrownBy(pooled::get).hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(stream::get).hasCauseInstanceOf(IOException.class);
      await().until(() -> server.open() == 0);
      assertThatThrownBy(() -> call(server, plainGet()).send())
          .isInstanceOf(RequestNotSentException.class);
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

  private static void dieAtTheSecondRequest(ScriptedServer.Peer peer) throws IOException {
    if (peer.number() == 1) {
      peer.read();
      peer.answer(200, "", "ok");
      peer.read();
      peer.reset();
    } else {
      peer.read();
      peer.answer(200, "", "ok");
      peer.awaitClose();
    }
  }

  private HttpConnections connections(HttpOptions options) {
    return HttpConnections.create(options, Map.of(), null, now::get);
  }

  private OriginStats stats(ScriptedServer server) {
    return http.stats(Origin.of(server.uri("/")));
  }

  private HttpCall call(ScriptedServer server, HttpRequest request) {
    return http.call(Origin.of(server.uri("/")), request);
  }

  private static HttpRequest plainGet() {
    return HttpRequest.of("GET", "/", Map.of(), null);
  }

  private String get(ScriptedServer server) throws IOException, InterruptedException {
    try (HttpReply reply = call(server, plainGet()).send()) {
      return new String(reply.readBody(1 << 20), UTF_8);
    }
  }
}
