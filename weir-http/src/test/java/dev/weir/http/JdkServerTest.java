package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.weir.http.kit.PatientHttp;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that nobody here wrote, plain and with TLS. */
@Timeout(300)
class JdkServerTest {
  private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();

  @Test
  void aKeptConnectionServesManyRequests() throws Exception {
    HttpServer server = HttpServer.create(loopback(), 0);
    try (HttpConnections http = HttpConnections.create(PatientHttp.options())) {
      start(server);
      Origin origin = new Origin("http", "127.0.0.1", server.getAddress().getPort(), "");
      for (int i = 0; i < 20; i++) {
        assertThat(echo(http, origin, "message " + i)).isEqualTo("message " + i);
      }
      assertThat(clients).hasSize(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void manyCallersShareFewConnections() throws Exception {
    HttpServer server = HttpServer.create(loopback(), 0);
    ExecutorService callers = Executors.newFixedThreadPool(30);
    try (HttpConnections http = HttpConnections.create(PatientHttp.options().withMax(4))) {
      start(server);
      Origin origin = new Origin("http", "127.0.0.1", server.getAddress().getPort(), "");
      Set<Future<String>> answers = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        answers.add(callers.submit(() -> echo(http, origin, "x")));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo("x");
      }
      assertThat(clients).hasSizeLessThanOrEqualTo(4);
    } finally {
      callers.shutdownNow();
      server.stop(0);
    }
  }

  @Test
  void aPrivateAuthorityIsTrustedOnlyWhereItWasNamed(@TempDir Path directory) throws Exception {
    SSLContext privateAuthority = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1").context();
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(privateAuthority));
    try (HttpConnections http =
        HttpConnections.create(PatientHttp.options(), Map.of("private", privateAuthority), null)) {
      start(server);
      int port = server.getAddress().getPort();
      Origin trusting = new Origin("https", "localhost", port, "private");
      for (int i = 0; i < 20; i++) {
        assertThat(echo(http, trusting, "secret " + i)).isEqualTo("secret " + i);
      }
      assertThat(clients).hasSize(1);
      assertThat(echo(http, trusting, "0123456789".repeat(100_000))).hasSize(1_000_000);
      assertThatThrownBy(() -> echo(http, new Origin("https", "localhost", port, ""), "secret"))
          .isInstanceOf(RequestNotSentException.class)
          .hasMessageContaining("certification path");
      assertThatThrownBy(() -> echo(http, new Origin("https", "localhost", port, "other"), "x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aSecureConnectionThatWasClosedWhileIdleIsNeverHandedOut(@TempDir Path directory)
      throws Exception {
    SSLContext privateAuthority = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1").context();
    ExecutorService serving = Executors.newSingleThreadExecutor();
    try (SSLServerSocket server =
            (SSLServerSocket)
                privateAuthority
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HttpConnections http =
            HttpConnections.create(
                PatientHttp.options(), Map.of("private", privateAuthority), null)) {
      Origin origin = new Origin("https", "localhost", server.getLocalPort(), "private");
      for (int i = 0; i < 3; i++) {
        Future<?> closed = serving.submit(() -> answerOnceAndClose(server));
        assertThat(echo(http, origin, "x")).isEqualTo("hello");
        closed.get();
      }
      await().until(() -> http.stats(origin).connections() == 0);
    } finally {
      serving.shutdownNow();
    }
  }

  /** Reads until the one byte of the body has come, answers, and says goodbye. */
  private static Object answerOnceAndClose(SSLServerSocket server) throws IOException {
    try (Socket peer = server.accept()) {
      while (peer.getInputStream().read() != 'x') {
        // the head
      }
      peer.getOutputStream()
          .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(UTF_8));
    }
    return server;
  }

  @Test
  void aCertificateForAnotherHostIsRefused(@TempDir Path directory) throws Exception {
    SSLContext privateAuthority = SelfMade.in(directory, "DNS:elsewhere.example").context();
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(privateAuthority));
    try (HttpConnections http =
        HttpConnections.create(PatientHttp.options(), Map.of("private", privateAuthority), null)) {
      start(server);
      Origin origin = new Origin("https", "localhost", server.getAddress().getPort(), "private");
      assertThatThrownBy(() -> echo(http, origin, "secret"))
          .isInstanceOf(RequestNotSentException.class);
      assertThat(clients).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  private void start(HttpServer server) {
    server.createContext(
        "/",
        exchange -> {
          clients.add(exchange.getRemoteAddress());
          try (InputStream body = exchange.getRequestBody()) {
            byte[] all = body.readAllBytes();
            exchange.sendResponseHeaders(200, all.length);
            exchange.getResponseBody().write(all);
          }
          exchange.close();
        });
    server.start();
  }

  private static String echo(HttpConnections http, Origin origin, String text) throws Exception {
    HttpRequest post = HttpRequest.of("POST", "/echo", Map.of(), text.getBytes(UTF_8));
    try (HttpReply reply = http.call(origin, post).send()) {
      return new String(reply.readBody(2 << 20), UTF_8);
    }
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
