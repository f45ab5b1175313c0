package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopbackServerTest {
  private static final Login SHORT = new Login(16, Duration.ZERO);

  private LoopbackServer server;

  @BeforeEach
  void start() throws IOException {
    server = new LoopbackServer();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void aClientThatKnowsThePasswordIsLetIn() throws Exception {
    try (var connection = LoopbackConnection.open(address(), SHORT)) {
      connection.call(Duration.ZERO);
      connection.call(Duration.ofMillis(1));

      assertThat(connection.calls()).isEqualTo(2);
      assertThat(server.counts()).isEqualTo(new ServerCounts(1, 1, 2));
    }
  }

  @Test
  void aClientWithoutTheRightProofIsToldSoAndCutOff() throws Exception {
    try (var socket = new Socket(address().getAddress(), server.port())) {
      var in = new DataInputStream(socket.getInputStream());
      var out = new DataOutputStream(socket.getOutputStream());
      new Frame(Frame.HELLO, hello(16, 0)).write(out);
      Frame.read(in, Frame.CHALLENGE);
      new Frame(Frame.PROOF, new byte[32]).write(out);

      assertThat(new String(Frame.read(in, Frame.REFUSED), UTF_8))
          .isEqualTo("the proof does not fit the challenge");
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(server.counts().logins()).isZero();
  }

  @Test
  void nobodyIsLetInOnceItIsClosed() throws Exception {
    for (int round = 0; round < 500; round++) {
      var closing = new LoopbackServer();
      var closed = new InetSocketAddress(address().getAddress(), closing.port());
      LoopbackConnection.open(closed, SHORT).close();

      closing.close();

      assertThatThrownBy(() -> LoopbackConnection.open(closed, SHORT))
          .as("round %s", round)
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void everyChallengeIsAnother() throws Exception {
    assertThat(challenge()).isNotEqualTo(challenge());
  }

  @Test
  void aLoginThatAsksForTooMuchIsRefused() throws Exception {
    try (var socket = new Socket(address().getAddress(), server.port())) {
      new Frame(Frame.HELLO, hello(Integer.MAX_VALUE, 0))
          .write(new DataOutputStream(socket.getOutputStream()));

      assertThatThrownBy(
              () -> Frame.read(new DataInputStream(socket.getInputStream()), Frame.CHALLENGE))
          .hasMessageContaining("refused by the server: not a greeting: rounds: 2147483647");
    }
  }

  @Test
  void theServerTakesAtLeastTheTimesThatItIsTold() throws Exception {
    var login = new Login(0, Duration.ofMillis(30));
    long began = System.nanoTime();
    try (var connection = LoopbackConnection.open(address(), login)) {
      long open = System.nanoTime();
      connection.call(Duration.ofMillis(20));
      long answered = System.nanoTime();

      assertThat(Duration.ofNanos(open - began)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
      assertThat(Duration.ofNanos(answered - open)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }
  }

  @Test
  void aConnectionThatSaidGoodbyeIsOpenNoMore() throws Exception {
    LoopbackConnection.open(address(), Login.BARE).close();

    await().until(() -> server.counts().open() == 0);
    assertThat(server.counts().logins()).isEqualTo(1);
  }

  @Test
  void theCountsCanBeAskedForOverAConnection() throws Exception {
    try (var connection = LoopbackConnection.open(address(), Login.BARE)) {
      connection.call(Duration.ZERO);

      assertThat(connection.serverCounts()).isEqualTo(new ServerCounts(1, 1, 1));
    }
  }

  @Test
  void aCallToAServerThatIsGoneFails() throws Exception {
    try (var connection = LoopbackConnection.open(address(), Login.BARE)) {
      server.close();

      assertThatThrownBy(() -> connection.call(Duration.ZERO)).isInstanceOf(IOException.class);
      assertThat(connection.calls()).isZero();
    }
  }

  private byte[] challenge() throws IOException {
    try (var socket = new Socket(address().getAddress(), server.port())) {
      new Frame(Frame.HELLO, hello(1, 0)).write(new DataOutputStream(socket.getOutputStream()));
      return Frame.read(new DataInputStream(socket.getInputStream()), Frame.CHALLENGE);
    }
  }

  private static byte[] hello(int rounds, long nanos) {
    return ByteBuffer.allocate(12).putInt(rounds).putLong(nanos).array();
  }

  private InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
  }
}
