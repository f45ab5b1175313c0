package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Opening: addresses, time limits, TLS, and the errors that users of HttpClient know. */
@Timeout(300)
class ClientConnectTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();

  @AfterEach
  void nothingIsLeft() {
    assertThat(kit.stats().active()).isZero();
  }

  @Test
  void aServerThatRefusesIsNamed() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    assertThatThrownBy(() -> kit.get(URI.create("http://127.0.0.1:" + port + "/")))
        .isInstanceOf(HttpHostConnectException.class)
        .hasMessageContaining("http://127.0.0.1:" + port);
  }

  @Test
  void aNameWithoutAddressIsAnUnknownHost() throws Exception {
    kit.reopen(PatientHttp.forClients(), b -> b.dnsResolver(new InMemoryDnsResolver()), b -> b);
    assertThatThrownBy(() -> kit.get(URI.create("http://nowhere.example/")))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void theNextAddressIsTriedWhenOneRefuses() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"))) {
      InMemoryDnsResolver dns = new InMemoryDnsResolver();
      dns.add(
          "two.example", InetAddress.getByName("127.0.0.77"), InetAddress.getByName("127.0.0.1"));
      kit.reopen(PatientHttp.forClients(), b -> b.dnsResolver(dns), b -> b);
      assertThat(kit.get(URI.create("http://two.example:" + server.port() + "/"))).isEqualTo("hi");
    }
  }

  @Test
  void theLocalAddressOfARouteIsUsed() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"))) {
      InetAddress local = InetAddress.getByName("127.0.0.5");
      kit.reopen(
          PatientHttp.forClients(),
          b -> b,
          b -> b.setRoutePlanner((target, context) -> new HttpRoute(target, local, false)));
      assertThat(kit.get(server)).isEqualTo("hi");
      assertThat(kit.manager().pools().connections().values().iterator().next())
          .first()
          .extracting(c -> c.attributes().get("socket"))
          .asString()
          .contains("127.0.0.5");
    }
  }

  @Test
  void aHandshakeThatHangsEndsWithTheConnectTimeout() throws Exception {
    kit.reopen(PatientHttp.forClients().withConnectTimeout(Duration.ofMillis(100)));
    try (ScriptedServer silent = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      assertThatThrownBy(() -> kit.get(secure(silent)))
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("within 100 ms");
      await().until(() -> silent.open() == 0);
    }
  }

  @Test
  @SuppressWarnings("deprecation") // it is there, so it goes first
  void theConnectTimeoutOfARequestGoesFirst() throws Exception {
    try (ScriptedServer silent = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      HttpGet get = new HttpGet(secure(silent));
      get.setConfig(
          RequestConfig.custom()
              .setConnectTimeout(org.apache.hc.core5.util.Timeout.ofMilliseconds(70))
              .build());
      assertThatThrownBy(() -> kit.send(get, null))
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("within 70 ms");
    }
  }

  @Test
  void aRequestThatIsCancelledWhileItConnectsClosesItsSocket() throws Exception {
    try (ScriptedServer silent = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      HttpGet get = new HttpGet(secure(silent));
      Background<String> caller = Background.start(() -> kit.send(get, null));
      await().until(() -> silent.open() == 1);
      get.cancel();
      assertThat(caller.failure(IOException.class)).isNotNull();
      await().until(() -> silent.open() == 0 && kit.stats().size() == 0);
    }
  }

  @Test
  void aManagerThatIsClosedClosesWhatIsBeingConnected() throws Exception {
    try (ScriptedServer silent = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      Background<String> caller = Background.start(() -> kit.get(secure(silent)));
      await().until(() -> silent.open() == 1);
      kit.manager().close(CloseMode.GRACEFUL);
      assertThat(caller.failure(IOException.class)).isNotNull();
      await().until(() -> silent.open() == 0);
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused(@TempDir Path directory) throws Exception {
    SelfMade unknown = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1");
    try (ScriptedServer server =
        ScriptedServer.secure(unknown.context(), ScriptedServer.Peer::read)) {
      assertThatThrownBy(() -> kit.get(secure(server))).isInstanceOf(SSLException.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aCertificateForAnotherHostIsRefused(@TempDir Path directory) throws Exception {
    SelfMade elsewhere = SelfMade.in(directory, "DNS:elsewhere.example");
    kit.reopen(PatientHttp.forClients(), b -> b.tls(elsewhere.context()), b -> b);
    try (ScriptedServer server =
        ScriptedServer.secure(elsewhere.context(), ScriptedServer.Peer::read)) {
      assertThatThrownBy(() -> kit.get(secure(server))).isInstanceOf(SSLException.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aSecureConnectionIsKeptAndFoundClosed(@TempDir Path directory) throws Exception {
    SelfMade own = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1");
    kit.reopen(PatientHttp.forClients(), b -> b.tls(own.context()), b -> b);
    try (ScriptedServer server =
        ScriptedServer.secure(
            own.context(),
            peer -> {
              for (int i = 0; i < 5 && peer.read() != null; i++) {
                peer.answer(200, "", "five times");
              }
            })) {
      for (int i = 1; i <= 10; i++) {
        assertThat(kit.get(secure(server))).isEqualTo("five times");
        if (i % 5 == 0) {
          await().until(() -> server.open() == 0);
        }
      }
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  private static URI secure(ScriptedServer server) {
    return URI.create("https://localhost:" + server.port() + "/");
  }
}
