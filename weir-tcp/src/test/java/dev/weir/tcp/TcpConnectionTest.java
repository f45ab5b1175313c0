package dev.weir.tcp;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.pool.kit.Background;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One connection without a pool: frames, and every way in which it ends. */
@Timeout(300)
class TcpConnectionTest {
  private static final List<Path> KERNEL_TABLES =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
  private static final Duration SHORT = Duration.ofMillis(50);

  private static TcpConnection open(ScriptedPeer peer) throws IOException {
    return open(peer, TcpOptions.defaults());
  }

  private static TcpConnection open(ScriptedPeer peer, TcpOptions options) throws IOException {
    return TcpConnections.open(peer.address(), Framing.lines(), options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void framesGoBothWays(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(kind);
        TcpConnection connection = open(peer)) {
      connection.write(bytes("one"));
      connection.write(bytes(""));
      assertThat(text(connection.read())).isEqualTo("one");
      assertThat(text(connection.read(LIMIT))).isEmpty();
      connection.write(bytes("three"));
      assertThat(text(connection.read())).isEqualTo("three");
      assertThat(connection.isUsable()).isTrue();
    }
  }

  /** Both sides write more than the system holds before either has read: neither may wait. */
  @ParameterizedTest
  @EnumSource
  void readingAndWritingDoNotWaitForEachOther(Kind kind) throws Exception {
    byte[] large = new byte[8 << 20];
    new Random(1).nextBytes(large);
    TcpOptions options = TcpOptions.defaults().withReadTimeout(LIMIT);
    try (ScriptedPeer peer = ScriptedPeer.of(kind, TcpConnectionTest::mirror);
        TcpConnection connection =
            TcpConnections.open(peer.address(), Framing.lengthPrefixed(), options)) {
      for (int round = 0; round < 3; round++) {
        Background<byte[]> read = Background.start(connection::read);
        connection.write(large);
        assertThat(read.result()).isEqualTo(large);
      }
    }
  }

  private static void mirror(ScriptedPeer.Line line) throws IOException {
    var buffer = ByteBuffer.allocate(1 << 16);
    while (line.channel().read(buffer.clear()) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        line.channel().write(buffer);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void framesOfManyThreadsAreNeverMixed(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(kind);
        TcpConnection connection = open(peer)) {
      List<String> sent = new ArrayList<>();
      List<Background<Void>> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String frame = Integer.toString(i).repeat(20_000);
        sent.add(frame);
        writers.add(
            Background.start(
                () -> {
                  connection.write(bytes(frame));
                  return null;
                }));
      }
      List<String> read = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        read.add(text(connection.read()));
      }
      assertThat(read).containsExactlyInAnyOrderElementsOf(sent);
      assertThat(writers).allSatisfy(writer -> assertThat(writer.result()).isNull());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReadThatTimesOutKeepsWhatHasCome(Kind kind) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedPeer peer =
            ScriptedPeer.of(
                kind,
                line -> {
                  line.write("first\nhal");
                  goOn.await();
                  line.write("f\n");
                  line.awaitClose();
                });
        TcpConnection connection = open(peer)) {
      assertThat(text(connection.read(LIMIT))).isEqualTo("first");
      assertThatThrownBy(
              () -> {
                while (true) {
                  connection.read(SHORT);
                }
              })
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageStartingWith(peer.address().toString())
          .hasMessageContaining("within 50ms");
      assertThat(connection.isUsable()).as("lent again").isFalse();
      goOn.countDown();
      assertThat(text(connection.read(LIMIT))).isEqualTo("half");
      assertThat(connection.isUsable()).as("lent again").isFalse();
    }
  }

  /** The peer does nothing about it: what ends the read is this side's doing alone. */
  @ParameterizedTest
  @EnumSource
  void closingEndsAReadThatBlocks(Kind kind) throws Exception {
    for (Duration timeout : List.of(Duration.ZERO, LIMIT.multipliedBy(3))) {
      CountDownLatch end = new CountDownLatch(1);
      try (ScriptedPeer peer = ScriptedPeer.of(kind, line -> end.await());
          TcpConnection connection = open(peer)) {
        Background<byte[]> read = Background.start(() -> connection.read(timeout));
        await().until(() -> waits(read.thread()));
        assertThat(connection.isUsable()).as("while a thread reads").isFalse();
        connection.close();
        assertThat(read.failure(IOException.class))
            .hasMessage(peer.address() + ": closed by this side");
      } finally {
        end.countDown();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptEndsAReadThatBlocksAndTheConnection(Kind kind) throws Exception {
    for (Duration timeout : List.of(Duration.ZERO, LIMIT)) {
      try (ScriptedPeer peer = ScriptedPeer.echoing(kind);
          TcpConnection connection = open(peer)) {
        Background<byte[]> read = Background.start(() -> connection.read(timeout));
        await().until(() -> waits(read.thread()));
        read.thread().interrupt();
        assertThat(read.failure(InterruptedIOException.class))
            .hasMessageStartingWith(peer.address() + ": interrupted while reading");
        await().until(() -> peer.open() == 0);
      }
    }
  }

  /** A thread in a system call counts as running: its stack tells. */
  private static boolean waits(Thread thread) {
    return List.of(thread.getStackTrace()).stream()
        .anyMatch(frame -> frame.getClassName().endsWith(".SocketIo"));
  }

  @ParameterizedTest
  @EnumSource
  void closingEndsAWriteThatBlocks(Kind kind) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (ScriptedPeer peer = ScriptedPeer.of(kind, line -> end.await());
        TcpConnection connection = open(peer)) {
      Background<Void> write =
          Background.start(
              () -> {
                connection.write(new byte[64 << 20]);
                return null;
              });
      await().until(() -> waits(write.thread()) || write.isDone());
      assertThat(connection.isUsable()).as("while a thread writes").isFalse();
      connection.close();
      assertThat(write.failure(IOException.class)).hasMessageContaining("closed by this side");
    } finally {
      end.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatClosesIsTold(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.of(kind, line -> line.write("last\n"));
        TcpConnection connection = open(peer)) {
      assertThat(text(connection.read())).isEqualTo("last");
      assertThatThrownBy(connection::read)
          .isInstanceOf(EOFException.class)
          .hasMessage(peer.address() + ": the other side closed the connection");
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatClosesInTheMiddleOfAFrameIsTold(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.of(kind, line -> line.write("half"));
        TcpConnection connection = open(peer)) {
      assertThatThrownBy(connection::read)
          .isInstanceOf(EOFException.class)
          .hasMessageEndingWith("in the middle of a frame, of which 4 bytes had come");
    }
  }

  @Test
  void aResetIsTold() throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.of(
                Kind.TCP,
                line -> {
                  line.readLine();
                  line.reset();
                });
        TcpConnection connection = open(peer)) {
      connection.write(bytes("hello"));
      assertThatThrownBy(connection::read)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(peer.address() + ": the connection was lost while reading")
          .hasMessageContaining("reset");
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFrameThatIsTooLongIsRefused(Kind kind) throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.of(
                kind,
                line -> {
                  line.write("12345\n123456\n");
                  line.awaitClose();
                });
        TcpConnection connection = open(peer, TcpOptions.defaults().withMaxFrame(5))) {
      assertThat(text(connection.read())).isEqualTo("12345");
      assertThatThrownBy(connection::read)
          .isInstanceOf(FrameTooLongException.class)
          .hasMessage(
              peer.address() + ": the other side sent a frame of more than 5 bytes (max-frame)");
      assertThat(connection.isUsable()).isFalse();
    }
  }

  @Test
  void whoDoesNotListenIsTold() throws Exception {
    Address address;
    try (ScriptedPeer peer = ScriptedPeer.echoing(Kind.TCP)) {
      address = peer.address();
    }
    assertThatThrownBy(() -> TcpConnections.open(address, Framing.lines(), TcpOptions.defaults()))
        .isInstanceOf(IOException.class)
        .hasMessage(address + ": connection refused; is the server running?");
  }

  @Test
  void aHostThatNobodyKnowsIsTold() {
    Address address = Address.parse("no-such-host.invalid:9000");
    assertThatThrownBy(() -> TcpConnections.open(address, Framing.lines(), TcpOptions.defaults()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no-such-host.invalid:9000: no address is known for this name");
  }

  @Test
  void aSocketFileThatIsNotThereIsTold() {
    Address address = Address.unix(Path.of("/no/such/file.sock"));
    assertThatThrownBy(() -> TcpConnections.open(address, Framing.lines(), TcpOptions.defaults()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "unix:/no/such/file.sock: there is no such socket file; is the server running?");
  }

  @Test
  void aSocketFileThatACrashLeftBehindIsTold() throws Exception {
    Path folder = Files.createTempDirectory("weir");
    Path file = folder.resolve("left.sock");
    try {
      var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listening.bind(UnixDomainSocketAddress.of(file)).close();
      assertThat(file).exists();
      assertThatThrownBy(
              () -> TcpConnections.open(Address.unix(file), Framing.lines(), TcpOptions.defaults()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "unix:"
                  + file
                  + ": nobody listens on this socket file; has the server that made it ended?");
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  @Test
  void aServerThatDoesNotAcceptIsWaitedForNoLongerThanToldTo() throws Exception {
    Path folder = Files.createTempDirectory("weir");
    Path file = folder.resolve("full.sock");
    TcpOptions hasty = TcpOptions.defaults().withConnectTimeout(Duration.ofMillis(100));
    List<TcpConnection> waiting = new ArrayList<>();
    try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(file), 1);
      assertThatThrownBy(
              () -> {
                while (waiting.size() < 200) {
                  waiting.add(TcpConnections.open(Address.unix(file), Framing.lines(), hasty));
                }
              })
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageStartingWith(
              "unix:" + file + ": no connection within 100ms (connect-timeout)");
    } finally {
      waiting.forEach(TcpConnection::close);
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  /** In the kernel's table a connection that waits to ask for a sign of life has timer 2. */
  @Test
  void aQuietConnectionAsksForSignsOfLife() throws Exception {
    assumeThat(KERNEL_TABLES).allMatch(Files::exists);
    try (ScriptedPeer peer = ScriptedPeer.echoing(Kind.TCP);
        TcpConnection connection = open(peer)) {
      connection.write(bytes("hello"));
      assertThat(text(connection.read())).isEqualTo("hello");
      String remote = String.format("0100007F:%04X", ((Address.Port) peer.address()).port());
      await()
          .untilAsserted(
              () ->
                  assertThat(rows())
                      .filteredOn(row -> row.length > 5 && row[2].endsWith(remote))
                      .singleElement()
                      .satisfies(row -> assertThat(row[5]).startsWith("02:")));
    }
  }

  private static List<String[]> rows() throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (Path table : KERNEL_TABLES) {
      Files.readAllLines(table).forEach(line -> rows.add(line.trim().split("\\s+")));
    }
    return rows;
  }
}
