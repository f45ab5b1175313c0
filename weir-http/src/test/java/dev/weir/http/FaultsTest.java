package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.http.HttpRequest.Use;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that breaks between two that work; and the numbers that are left afterwards. */
@Timeout(300)
class FaultsTest {
  private static final List<Path> KERNEL_TABLES =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

  private HttpConnections http = HttpConnections.create(PatientHttp.options());
  private ScriptedServer server;
  private FaultProxy network;

  @BeforeEach
  void begin() throws IOException {
    server =
        ScriptedServer.answering(
            (r, peer) -> {
              switch (r.target()) {
                case "/events" -> {
                  peer.startEvents();
                  peer.chunk("data: 1\n\n");
                  peer.awaitClose();
                }
                case "/never" -> peer.awaitClose();
                case "/last" -> peer.answer(200, "Connection: close\r\n", "last");
                case "/die" -> peer.reset();
                default -> peer.answer(200, "", "hello");
              }
            });
    network = FaultProxy.to(server.port());
  }

  @AfterEach
  void end() throws IOException {
    http.close();
    network.close();
    server.close();
  }

  @Test
  void connectionsThatWereResetWhileIdleAreReplacedUnseen() throws Exception {
    assumeThat(KERNEL_TABLES).allMatch(Files::exists);
    for (int i = 0; i < 5; i++) {
      assertThat(get("/")).isEqualTo("hello");
      network.reset();
      awaitEstablished(0);
    }
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void connectionsThatWereHalfClosedWhileIdleAreReplacedUnseen() throws Exception {
    assertThat(get("/")).isEqualTo("hello");
    network.halfClose();
    await().until(() -> stats().connections() == 0);
    assertThat(get("/")).isEqualTo("hello");
    assertThat(network.accepted()).isEqualTo(2);
  }

  @Test
  void anAnswerThatIsCutOffIsAnErrorAndTheNextOneIsWhole() throws Exception {
    int whole = "HTTP/1.1 200 Said\r\nContent-Length: 5\r\n\r\nhello".length();
    for (int bytes = 0; bytes < whole; bytes += 7) {
      network.cutAfter(bytes);
      assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
      network.resume();
      assertThat(get("/")).isEqualTo("hello");
    }
    await().untilAsserted(() -> assertThat(stats().pool().active()).isZero());
  }

  @Test
  void aNetworkThatSwallowsEverythingIsGivenUp() throws Exception {
    // Of its own, since on a slow machine a network in order may take as long.
    try (HttpConnections impatient =
        HttpConnections.create(PatientHttp.options().withResponseTimeout(Duration.ofMillis(100)))) {
      network.drop();
      HttpRequest get = HttpRequest.of("GET", "/", Map.of(), null);
      assertThatThrownBy(() -> impatient.call(origin(), get).send())
          .isInstanceOf(RequestLostException.class)
          .hasMessageContaining("no response within 100 ms");
      await().until(() -> impatient.stats(origin()).connections() == 0);
    }
    network.resume();
    assertThat(get("/")).isEqualTo("hello");
  }

  @Test
  void anOriginThatRefusesIsReachedAgainOnceItDoesNot() throws Exception {
    network.refuse();
    assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    network.resume();
    await()
        .untilAsserted(
            () -> {
              assertThat(get("/")).isEqualTo("hello");
            });
  }

  @Test
  void ourNumbersAreThoseOfTheOperatingSystem() throws Exception {
    assumeThat(KERNEL_TABLES).allMatch(Files::exists);
    HttpCall promoted = call("/events", Use.POOLED);
    try (HttpReply one = promoted.send();
        HttpReply two = call("/events", Use.STREAM).send();
        HttpReply three = call("/", Use.POOLED).send()) {
      assertThat(promoted.promote()).isTrue();
      get("/");
      assertThat(stats().streams()).isEqualTo(2);
      assertThat(stats().pool().active()).isEqualTo(1);
      assertThat(stats().pool().idle()).isEqualTo(1);
      assertThat(stats().connections()).isEqualTo(4);
      awaitEstablished(4);
      three.readBody(5);
      assertThat(one.status()).isEqualTo(two.status());
    }
    awaitEstablished(2);
    assertThat(stats().connections()).isEqualTo(2);
    http.close();
    awaitEstablished(0);
  }

  /** Whatever ends a call, its connection is either idle afterwards or gone. */
  @Test
  void callsThatEndInEveryWayLeaveNothingBehind() throws Exception {
    long seed = Long.getLong("weir.seed", System.nanoTime());
    System.out.println("seed " + seed);
    http.close();
    http = HttpConnections.create(PatientHttp.options().withMax(5));
    ExecutorService callers = Executors.newFixedThreadPool(24);
    ExecutorService aborting = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        Random random = new Random(seed + i);
        all.add(
            callers.submit(
                () -> {
                  for (int k = 0; k < 60; k++) {
                    endSomehow(random, aborting);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      callers.shutdownNow();
      aborting.shutdownNow();
    }
    await()
        .untilAsserted(
            () -> {
              OriginStats stats = stats();
              assertThat(stats.pool().active()).isZero();
              assertThat(stats.pool().pending()).isZero();
              assertThat(stats.streams()).isZero();
              assertThat(stats.pool().size()).isLessThanOrEqualTo(5);
              assertThat(established()).isEqualTo(stats.connections());
            });
    assertThat(get("/")).isEqualTo("hello");
  }

  private void endSomehow(Random random, ExecutorService aborting) throws Exception {
    String[] targets = {"/", "/", "/", "/events", "/never", "/last", "/die"};
    String target = targets[random.nextInt(targets.length)];
    Use use = Use.values()[random.nextInt(Use.values().length)];
    HttpCall call = call(target, use);
    boolean endless = target.equals("/never") || target.equals("/events");
    if (endless || random.nextInt(4) == 0) {
      aborting.submit(call::abort);
    }
    if (random.nextInt(5) == 0) {
      aborting.submit(call::promote);
    }
    boolean interrupted = random.nextInt(20) == 0;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try (HttpReply reply = call.send()) {
      if (random.nextInt(3) > 0) {
        reply.readBody(10_000);
      }
    } catch (IOException | InterruptedException e) {
      // one of the ways
    } finally {
      Thread.interrupted();
    }
  }

  /** What the proxy has done to a connection arrives here a moment later. */
  private void awaitEstablished(int count) {
    await().untilAsserted(() -> assertThat(established()).isEqualTo(count));
  }

  /** Connections to the proxy that the kernel calls established, seen from this side. */
  private long established() throws IOException {
    String remote = String.format(Locale.ROOT, ":%04X", network.port());
    long count = 0;
    for (Path table : KERNEL_TABLES) {
      for (String line : Files.readAllLines(table)) {
        String[] columns = line.strip().split("\\s+");
        count += columns[2].endsWith(remote) && columns[3].equals("01") ? 1 : 0;
      }
    }
    return count;
  }

  private OriginStats stats() {
    return http.stats(origin());
  }

  private Origin origin() {
    return new Origin("http", "127.0.0.1", network.port(), "");
  }

  private HttpCall call(String target, Use use) {
    return http.call(origin(), HttpRequest.of("GET", target, Map.of(), null).with(use));
  }

  private String get(String target) throws IOException, InterruptedException {
    try (HttpReply reply = call(target, Use.POOLED).send()) {
      return new String(reply.readBody(1 << 20), UTF_8);
    }
  }
}
