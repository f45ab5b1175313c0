package dev.weir.pool.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
  private ServerSocket echo;
  private FaultProxy proxy;
  private Socket client;

  @BeforeEach
  void connect() throws IOException {
    new PoolKit(); // for the pace of await()
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Background.start(
        () -> {
          while (true) {
            Socket socket = echo.accept();
            Background.start(() -> socket.getInputStream().transferTo(socket.getOutputStream()));
          }
        });
    proxy = FaultProxy.to(echo.getLocalPort());
    client = new Socket(proxy.address().getAddress(), proxy.port());
    client.setSoTimeout(60_000);
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    proxy.close();
    echo.close();
  }

  private String ask(String text) throws IOException {
    client.getOutputStream().write(text.getBytes("US-ASCII"));
    return new String(client.getInputStream().readNBytes(text.length()), "US-ASCII");
  }

  @Test
  void trafficPassesUnchangedWhileNothingIsWrong() throws IOException {
    assertThat(ask("hello")).isEqualTo("hello");
    assertThat(proxy.accepted()).isEqualTo(1);
    assertThat(proxy.open()).isEqualTo(1);
  }

  @Test
  void aResetReachesTheClientAsSuch() throws IOException {
    ask("hello");
    proxy.reset();
    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
  }

  @Test
  void aHalfCloseEndsTheStreamOfAnswers() throws IOException {
    ask("hello");
    proxy.halfClose();
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void aTrickleBringsEverythingByteByByte() throws IOException {
    proxy.trickle();
    assertThat(ask("hello")).isEqualTo("hello");
  }

  @Test
  void aStallHoldsTrafficBackUntilItIsResumed() throws IOException {
    proxy.stall();
    client.setSoTimeout(50);
    assertThatThrownBy(() -> ask("x")).isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(60_000);
    proxy.resume();
    assertThat(client.getInputStream().read()).isEqualTo('x');
  }

  @Test
  void aDropSwallowsWhatPasses() throws IOException {
    proxy.drop();
    client.setSoTimeout(50);
    assertThatThrownBy(() -> ask("x")).isInstanceOf(SocketTimeoutException.class);
    await().until(() -> proxy.swallowed() == 1);
    proxy.resume();
    client.setSoTimeout(60_000);
    assertThat(ask("y")).isEqualTo("y");
  }

  @Test
  void aCutComesAfterAsManyBytesAsWereGranted() throws IOException {
    proxy.cutAfter(3);
    client.getOutputStream().write("hello".getBytes("US-ASCII"));
    int read = 0;
    try {
      while (client.getInputStream().read() >= 0) {
        read++;
      }
    } catch (SocketException reset) {
      // The reset may overtake bytes that were passed on.
    }
    assertThat(read).isLessThanOrEqualTo(3);
    await().until(() -> proxy.open() == 0);
  }

  @Test
  void aDelayHoldsEachPieceBack() throws IOException {
    proxy.delay(Duration.ofMillis(40));
    long start = System.nanoTime();
    assertThat(ask("x")).isEqualTo("x");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(80_000_000L);
  }

  @Test
  void aRefusalResetsNewConnections() throws IOException {
    proxy.refuse();
    try (Socket refused = new Socket(proxy.address().getAddress(), proxy.port())) {
      refused.setSoTimeout(60_000);
      assertThatThrownBy(
              () -> {
                if (refused.getInputStream().read() < 0) {
                  throw new SocketException("closed");
                }
              })
          .isInstanceOf(SocketException.class);
    }
  }
}
