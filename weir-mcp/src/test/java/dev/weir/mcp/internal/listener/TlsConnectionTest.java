package dev.weir.mcp.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.HttpServer;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same server over TLS. */
@Timeout(120)
class TlsConnectionTest extends ServerKit {
  private static SSLContext context;

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    context = SelfMade.in(directory, "IP:127.0.0.1").context();
  }

  @Override
  HttpServer.Options options() {
    HttpServer.Options plain = super.options();
    return new HttpServer.Options(
        plain.listen(),
        plain.maxConnections(),
        plain.maxBody(),
        plain.headTimeout(),
        plain.keepAlive(),
        plain.writeTimeout(),
        accepted -> (SSLSocket) context.getSocketFactory().createSocket(accepted, null, true));
  }

  private WireClient client(HttpServer server) {
    URI endpoint = URI.create("https://127.0.0.1:" + server.address().getPort() + "/x");
    return closeLater(new WireClient(endpoint).over(context.getSocketFactory()));
  }

  @Test
  void aRequestIsAnsweredAndOneThatIsTooLargeIsToldSo() throws Exception {
    try (HttpServer server = serve(ServerKit::echo)) {
      assertThat(client(server).post("a".repeat(90_000), Map.of()).body()).endsWith("aaa");
      assertThat(client(server).post("a".repeat(200_000), Map.of()).status()).isEqualTo(413);
    }
  }

  @Test
  void aClientBeyondTheLimitIsToldToComeBack() throws Exception {
    maxConnections = 0;
    try (HttpServer server = serve(ServerKit::echo)) {
      WireClient.Reply reply = client(server).post("a", Map.of());
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void aClientThatLeavesIsNoticedWhileItsAnswerIsPending() throws Exception {
    var left = new CountDownLatch(1);
    HttpServer server =
        serve(
            exchange -> {
              exchange.body();
              exchange.whenClientLeaves(left::countDown);
              left.await();
            });
    try (WireExchange begun = client(server).send("POST", Map.of(), "{}", "")) {
      begun.close();
      assertThat(left.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void anIdleConnectionEndsWhenTheServerDrains() throws Exception {
    HttpServer server = serve(ServerKit::echo);
    try (Socket idle =
        context.getSocketFactory().createSocket("127.0.0.1", server.address().getPort())) {
      idle.setSoTimeout((int) Patience.LIMIT.toMillis());
      idle.getOutputStream().write(utf8("GET /x HTTP/1.1\r\nHost: x\r\n\r\n"));
      assertThat(idle.getInputStream().read()).isEqualTo('H');
      server.stopAccepting();
      idle.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    }
  }

  @Test
  void aRecordThatComesByteByByteIsGivenUp() throws Exception {
    headTimeout = Duration.ofMillis(200);
    writeTimeout = Duration.ofMillis(200);
    HttpServer server = serve(ServerKit::echo);
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    boolean open = true;
    try (Socket slow = new Socket("127.0.0.1", server.address().getPort())) {
      slow.setSoTimeout(20);
      slow.getOutputStream().write(new byte[] {22, 3, 1, 0x3f, 0}); // of 16 KiB
      while (open && System.nanoTime() < end) {
        slow.getOutputStream().write(0);
        open = isOpen(slow);
      }
    } catch (IOException e) {
      open = false;
    }
    assertThat(open).isFalse();
  }

  /** Waits a moment for the end. */
  private static boolean isOpen(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() >= 0;
    } catch (java.net.SocketTimeoutException e) {
      return true;
    }
  }
}
