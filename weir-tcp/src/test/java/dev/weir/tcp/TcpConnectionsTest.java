package dev.weir.tcp;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolException;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.kit.Background;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections in pools: which are lent again, which never, and how many there are. */
@Timeout(300)
class TcpConnectionsTest {
  private static final TcpOptions OPTIONS =
      TcpOptions.defaults()
          .withConnectTimeout(LIMIT)
          .withReadTimeout(LIMIT)
          .withPerAddress(
              TcpOptions.defaults()
                  .pool()
                  .perKey()
                  .withAcquireTimeout(LIMIT)
                  .withOpenTimeout(LIMIT)
                  .withEvictionInterval(Duration.ofMillis(50)));

  private TcpConnections tcp = TcpConnections.create(Framing.lines(), OPTIONS);

  private void reopen(PoolOptions perAddress) {
    tcp.close();
    tcp = TcpConnections.create(Framing.lines(), OPTIONS.withPerAddress(perAddress));
  }

  @AfterEach
  void end() {
    tcp.close();
  }

  private String ask(ScriptedPeer peer, String question) throws Exception {
    try (Lease<TcpConnection> lease = tcp.acquire(peer.address())) {
      lease.connection().write(question.getBytes(UTF_8));
      return new String(lease.connection().read(), UTF_8);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsUsedAgain(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(kind)) {
      for (int i = 0; i < 5; i++) {
        assertThat(ask(peer, "hi " + i)).isEqualTo("hi " + i);
      }
      assertThat(peer.accepted()).isEqualTo(1);
      assertThat(tcp.pools().stats().acquired()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatWasClosedWhileIdleIsNeverHandedOut(Kind kind) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.of(kind, line -> line.write(line.readLine() + line.number() + "\n"))) {
      for (int i = 1; i <= 10; i++) {
        assertThat(ask(peer, "once ")).isEqualTo("once " + i);
        await().until(() -> peer.open() == 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anIdleConnectionThatItsPeerClosedLeavesThePoolByItself(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.of(kind, line -> line.write(line.readLine() + "\n"))) {
      ask(peer, "once");
      await().until(() -> tcp.pools().stats().idle() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void framesThatNobodyAskedForNeverAnswerTheNext(Kind kind) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.of(
            kind,
            line -> {
              for (String text = line.readLine(); text != null; text = line.readLine()) {
                line.write(line.number() == 1 ? text + "\nwrong\n" : text + "\n");
              }
            })) {
      assertThat(ask(peer, "first")).isEqualTo("first");
      assertThat(ask(peer, "second")).isEqualTo("second");
      assertThat(peer.accepted()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionWhoseAnswerCameTooLateIsNotLentAgain(Kind kind) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.of(
            kind,
            line -> {
              for (String text = line.readLine(); text != null; text = line.readLine()) {
                if (line.number() > 1) {
                  line.write(text + "\n");
                }
              }
            })) {
      try (Lease<TcpConnection> lease = tcp.acquire(peer.address())) {
        lease.connection().write("slow".getBytes(UTF_8));
        assertThatThrownBy(() -> lease.connection().read(Duration.ofMillis(20)))
            .isInstanceOf(SocketTimeoutException.class);
      }
      assertThat(ask(peer, "next")).isEqualTo("next");
      await().until(() -> peer.open() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thereAreNeverMoreConnectionsThanMax(Kind kind) throws Exception {
    reopen(OPTIONS.pool().perKey().withSize(0, 3));
    try (ScriptedPeer peer = ScriptedPeer.echoing(kind)) {
      List<Background<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        callers.add(
            Background.start(
                () -> {
                  for (int k = 0; k < 20; k++) {
                    assertThat(ask(peer, "x" + k)).isEqualTo("x" + k);
                  }
                  return 1;
                }));
      }
      callers.forEach(caller -> assertThat(caller.result()).isEqualTo(1));
      assertThat(peer.accepted()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void whoWaitsTooLongIsToldAboutThePoolAndItsAddress() throws Exception {
    reopen(OPTIONS.pool().perKey().withSize(0, 1));
    try (ScriptedPeer peer = ScriptedPeer.echoing(Kind.TCP);
        Lease<TcpConnection> lease = tcp.acquire(peer.address())) {
      assertThat(lease.connection().address()).isEqualTo(peer.address());
      assertThatThrownBy(() -> tcp.acquire(peer.address(), Duration.ofMillis(20)))
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("tcp/" + peer.address())
          .hasMessageContaining("1 leased");
    }
  }

  @Test
  void whyNothingCouldBeOpenedIsTold() {
    reopen(OPTIONS.pool().perKey().withMaxRetries(0).withBreakerThreshold(1));
    assertThatThrownBy(() -> tcp.acquire(Address.unix(Path.of("/no/such/file.sock"))))
        .isInstanceOf(PoolException.class)
        .hasStackTraceContaining("there is no such socket file; is the server running?");
  }

  @Test
  void aPoolOfOneAddressCanBeBuiltOfTheSame() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(Kind.TCP);
        Pool<TcpConnection> pool =
            Pool.builder(TcpConnections.factory(peer.address(), Framing.lines(), OPTIONS))
                .acquireTimeout(LIMIT)
                .build();
        Lease<TcpConnection> lease = pool.acquire()) {
      lease.connection().write("hi".getBytes(UTF_8));
      assertThat(lease.connection().read()).isEqualTo("hi".getBytes(UTF_8));
    }
  }

  @Test
  void closingEndsAReadUnderTheHandsOfItsHolder() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(Kind.TCP)) {
      Lease<TcpConnection> lease = tcp.acquire(peer.address());
      Background<byte[]> read = Background.start(() -> lease.connection().read());
      tcp.close();
      assertThat(read.failure(IOException.class)).hasMessageContaining("closed by this side");
      lease.close();
      await().until(() -> peer.open() == 0);
    }
  }
}
