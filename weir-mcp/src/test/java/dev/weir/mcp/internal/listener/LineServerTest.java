package dev.weir.mcp.internal.listener;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.SocketServer;
import dev.weir.mcp.Transports;
import dev.weir.tcp.Address;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpConnections;
import dev.weir.tcp.TcpOptions;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients on sockets: who is let in, what is read, and what is left of it afterwards. */
@Timeout(300)
class LineServerTest {
  enum Kind {
    TCP,
    UNIX
  }

  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
  private static final Duration LONG = Duration.ofMinutes(5);

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final AtomicInteger most = new AtomicInteger(100);
  private Path folder = Path.of("");

  @BeforeEach
  void makeFolder() throws IOException {
    // A short path: the system allows about a hundred bytes.
    folder = Files.createTempDirectory("weir");
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : toClose.reversed()) each.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private <T extends AutoCloseable> T kept(T resource) {
    toClose.add(resource);
    return resource;
  }

  private Path file() {
    return folder.resolve("weir.sock");
  }

  private SocketAddress place(Kind kind) {
    return kind == Kind.UNIX
        ? UnixDomainSocketAddress.of(file())
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private SocketServer serve(Kind kind, Duration writeTimeout, SocketServer.Handler handler)
      throws IOException {
    return kept(Transports.socketServer(options(kind, writeTimeout), handler));
  }

  private SocketServer.Options options(Kind kind, Duration writeTimeout) {
    AtomicInteger open = new AtomicInteger();
    BooleanSupplier hasRoom = () -> open.getAndIncrement() < most.get();
    return new SocketServer.Options(place(kind), hasRoom, 10_000, writeTimeout);
  }

  private SocketServer echoing(Kind kind) throws IOException {
    return serve(kind, LONG, LineServerTest::echo);
  }

  private static void echo(ClientChannel client) {
    try {
      while (true) {
        try {
          Messages.Read read = client.read();
          if (read == null) return;
          for (Envelope message : read.messages()) client.write(message);
        } catch (MalformedMessageException e) {
          client.write(Messages.error(null, e.code(), "malformed", null));
        }
      }
    } catch (IOException e) {
      // The client has left.
    }
  }

  private TcpConnection connect(SocketServer server) throws IOException {
    Address address =
        server.address() instanceof InetSocketAddress inet
            ? Address.of("127.0.0.1", inet.getPort())
            : Address.unix(file());
    TcpOptions options =
        TcpOptions.defaults()
            .withConnectTimeout(LIMIT)
            .withReadTimeout(LIMIT)
            .withMaxFrame(1 << 27);
    return kept(TcpConnections.open(address, Framing.lines(), options));
  }

  private static String say(TcpConnection client, String line) throws IOException {
    client.write(line.getBytes(UTF_8));
    return new String(client.read(), UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void aLineIsAMessageBothWays(Kind kind) throws Exception {
    SocketServer server = echoing(kind);
    TcpConnection client = connect(server);
    assertThat(say(client, PING)).isEqualTo(PING);
    client.write("".getBytes(UTF_8));
    client.write("\r".getBytes(UTF_8));
    assertThat(say(client, PING.replace("1", "2") + "\r")).contains("\"id\":2");
    assertThat(server.connections()).isEqualTo(1);
    client.close();
    await().until(() -> server.connections() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void aLineThatIsNoMessageIsAnsweredOnceTheClientHasBegun(Kind kind) throws Exception {
    TcpConnection client = connect(echoing(kind));
    assertThat(say(client, PING)).isEqualTo(PING);
    assertThat(say(client, "rubbish")).contains("malformed");
    assertThat(say(client, PING)).isEqualTo(PING);
  }

  /** What a page in a browser can send to any port: lines of its choice, but not the first. */
  @ParameterizedTest
  @EnumSource
  void nothingIsReadFromABrowser(Kind kind) throws Exception {
    TcpConnection browser = connect(echoing(kind));
    List<String> heard = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              for (String line : List.of("POST / HTTP/1.1\r", "Host: 127.0.0.1\r", "\r", PING)) {
                browser.write(line.getBytes(UTF_8));
              }
              while (true) heard.add(new String(browser.read(), UTF_8));
            })
        .isInstanceOf(IOException.class);
    assertThat(heard).noneMatch(line -> line.contains("ping"));
  }

  @ParameterizedTest
  @EnumSource
  void aLineThatIsTooLongIsRefused(Kind kind) throws Exception {
    TcpConnection client = connect(echoing(kind));
    assertThat(say(client, PING)).isEqualTo(PING);
    String line = "{\"jsonrpc\":\"2.0\",\"method\":\"" + "x".repeat(10_000) + "\"}";
    assertThat(say(client, line)).contains("more than 10000 bytes").contains("limits.request-body");
    assertThatThrownBy(client::read).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void whoFindsNoRoomIsToldSo(Kind kind) throws Exception {
    most.set(1);
    SocketServer server = echoing(kind);
    assertThat(say(connect(server), PING)).isEqualTo(PING);
    TcpConnection second = connect(server);
    assertThat(new String(second.read(), UTF_8))
        .startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":")
        .contains("too many connections (limits.connections)");
    assertThatThrownBy(second::read).isInstanceOf(EOFException.class);
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDoesNotReadIsClosed(Kind kind) throws Exception {
    CompletableFuture<IOException> failed = new CompletableFuture<>();
    SocketServer server =
        serve(
            kind,
            Duration.ofSeconds(1),
            client -> {
              try {
                requireNonNull(client.read());
                var large = Messages.notification("x", "{\"a\":\"" + "x".repeat(64 << 20) + "\"}");
                client.write(large);
              } catch (IOException e) {
                failed.complete(e);
              } catch (MalformedMessageException e) {
                failed.completeExceptionally(e);
              }
            });
    connect(server).write(PING.getBytes(UTF_8));
    assertThat(failed.get(60, TimeUnit.SECONDS)).isNotNull();
    await().until(() -> server.connections() == 0);
  }

  /** The answer to one request does not wait for the client to send the next. */
  @ParameterizedTest
  @EnumSource
  void writingDoesNotWaitForReading(Kind kind) throws Exception {
    SocketServer server =
        serve(
            kind,
            LONG,
            client -> {
              Thread writer =
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            try {
                              client.write(Messages.notification("hello", null));
                            } catch (IOException e) {
                              throw new IllegalStateException(e);
                            }
                          });
              echo(client);
              writer.join();
            });
    for (int i = 0; i < 20; i++) {
      assertThat(new String(connect(server).read(), UTF_8)).contains("hello");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingEndsEveryConnection(Kind kind) throws Exception {
    SocketServer server = echoing(kind);
    TcpConnection client = connect(server);
    say(client, PING);
    server.stopAccepting();
    assertThatThrownBy(() -> connect(server)).isInstanceOf(IOException.class);
    assertThat(say(client, PING)).as("who is connected goes on").isEqualTo(PING);
    server.close();
    assertThatThrownBy(client::read).isInstanceOf(IOException.class);
    await().until(() -> server.connections() == 0);
  }

  @Test
  void aSocketFileIsItsOwnersAloneAndIsRemovedAtTheEnd() throws Exception {
    SocketServer server = echoing(Kind.UNIX);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(say(connect(server), PING)).isEqualTo(PING);
    try (Stream<Path> beside = Files.list(folder)) {
      assertThat(beside).containsExactly(file());
    }
    server.close();
    assertThat(file()).doesNotExist();
  }

  @Test
  void aSocketFileThatACrashLeftBehindIsReplaced() throws Exception {
    try (var crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      crashed.bind(UnixDomainSocketAddress.of(file()));
    }
    assertThat(file()).exists();
    assertThat(say(connect(echoing(Kind.UNIX)), PING)).isEqualTo(PING);
  }

  @Test
  void aSocketFileThatSomebodyListensOnIsLeftAlone() throws Exception {
    SocketServer first = echoing(Kind.UNIX);
    assertThatThrownBy(() -> echoing(Kind.UNIX))
        .isInstanceOf(IOException.class)
        .hasMessage(file() + " is in use: somebody answers there; listen somewhere else");
    assertThat(say(connect(first), PING)).isEqualTo(PING);
  }

  @Test
  void aFileOfAnotherKindIsLeftAlone() throws Exception {
    Files.writeString(file(), "precious");
    assertThatThrownBy(() -> echoing(Kind.UNIX))
        .isInstanceOf(IOException.class)
        .hasMessage(file() + " is there and is no socket; remove it, or listen somewhere else");
    assertThat(file()).hasContent("precious");
  }

  @Test
  void aSocketFileThatAnotherHasReplacedIsNotRemoved() throws Exception {
    SocketServer first = echoing(Kind.UNIX);
    Files.delete(file());
    try (var second = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      second.bind(UnixDomainSocketAddress.of(file()));
      first.close();
      assertThat(file()).exists();
    }
  }

  @Test
  void aFolderThatIsNotThereIsTold() {
    Path nowhere = folder.resolve("no/weir.sock");
    var options =
        new SocketServer.Options(UnixDomainSocketAddress.of(nowhere), () -> true, 100, LONG);
    assertThatThrownBy(() -> Transports.socketServer(options, client -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no folder " + nowhere.getParent());
  }

  @Test
  void aPortThatIsTakenIsTold() throws Exception {
    SocketServer server = echoing(Kind.TCP);
    var options = new SocketServer.Options(server.address(), () -> true, 100, LONG);
    assertThatThrownBy(() -> Transports.socketServer(options, client -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot listen on ");
  }
}
