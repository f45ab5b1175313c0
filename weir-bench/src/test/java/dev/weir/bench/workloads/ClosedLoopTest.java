package dev.weir.bench.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.workloads.loopback.Login;
import dev.weir.bench.workloads.loopback.LoopbackServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedLoopTest {
  private static final Login LOGIN = new Login(16, Duration.ZERO);
  private static final Duration WORK = Duration.ofMillis(1);

  private LoopbackServer server;

  @BeforeEach
  void start() throws IOException {
    server = new LoopbackServer();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {Contenders.WEIR, Contenders.COMMONS, Contenders.STORMPOT})
  void everyCallOfAPoolIsCountedOnceByClientServerAndConnection(String name) throws Exception {
    try (Entrant entrant = pool(name, new PoolSettings(3, 5))) {
      entrant.fill();
      assertThat(entrant.opened()).isEqualTo(3);

      Measured measured = entrant.run(5, WORK, window());

      assertThat(measured.failures()).isZero();
      assertThat(measured.calls()).isPositive().isEqualTo(server.counts().requests());
      assertThat(entrant.calls()).isEqualTo(measured.calls());
      assertThat(Arrays.stream(entrant.callsPerConnection()).sum()).isEqualTo(measured.calls());
      assertThat(entrant.opened()).isEqualTo(3).isEqualTo(server.counts().logins());
      assertThat(measured.utilisation()).isBetween(0.0, 1.0);
      assertThat(measured.evenness()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void withoutAPoolEachCallOpensAConnection() throws Exception {
    try (Entrant entrant = contenders().noPool()) {
      entrant.fill();

      Measured measured = entrant.run(4, WORK, window());

      assertThat(measured.calls()).isPositive().isEqualTo(server.counts().logins());
      assertThat(entrant.opened()).isEqualTo(measured.calls());
      assertThat(entrant.reuse()).isZero();
    }
  }

  @Test
  void aCallThatFailsIsCountedAndItsConnectionIsGivenUp() throws Exception {
    try (Entrant entrant = pool(Contenders.WEIR, new PoolSettings(2, 4, Duration.ofMillis(100)))) {
      entrant.fill();
      server.close();

      Measured measured = entrant.run(4, WORK, window());

      assertThat(measured.calls()).isZero();
      assertThat(measured.failures()).isPositive().isEqualTo(entrant.failures());
      assertThat(measured.firstFailure()).isNotEmpty();
      assertThat(measured.perSecond()).isZero();
    }
  }

  @Test
  void onlyWhatEndsInTheWindowIsMeasured() throws Exception {
    long now = System.nanoTime();
    try (Entrant entrant = pool(Contenders.WEIR, new PoolSettings(3, 3))) {
      Measured measured = entrant.run(3, WORK, new Window(now - 2, now - 1));

      assertThat(measured.calls()).isEqualTo(3);
      assertThat(measured.perSecond()).isZero();
      assertThat(measured.p99()).isNaN();
    }
  }

  private static Window window() {
    return Window.after(Duration.ofMillis(50), Duration.ofMillis(200));
  }

  private Entrant pool(String name, PoolSettings settings) {
    return switch (name) {
      case Contenders.WEIR -> contenders().weir(settings);
      case Contenders.COMMONS -> contenders().commons(name, settings, true);
      default -> contenders().stormpot(settings);
    };
  }

  private Contenders contenders() {
    return new Contenders(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), LOGIN);
  }
}
