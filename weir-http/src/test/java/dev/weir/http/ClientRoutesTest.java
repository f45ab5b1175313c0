package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.http.kit.ScriptedServer.Script;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.auth.CredentialsProviderBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to a target: proxies, tunnels through them, redirects, and authentication on the way. */
@Timeout(300)
class ClientRoutesTest {
  private static final String PROXY_AUTHENTICATION =
      "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n";

  @RegisterExtension private final ClientKit kit = new ClientKit();
  private static @TempDir Path directory;
  private static SelfMade keys;
  private ScriptedServer target;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1");
  }

  @BeforeEach
  void begin() throws Exception {
    target =
        ScriptedServer.secure(
            keys.context(),
            peer -> {
              while (peer.read() != null) {
                peer.answer(200, "", "secret");
              }
            });
  }

  @AfterEach
  void end() {
    target.close();
  }

  private URI secureTarget() {
    return URI.create("https://localhost:" + target.port() + "/");
  }

  private void through(HttpHost proxy) throws IOException {
    kit.reopen(PatientHttp.forClients(), b -> b.tls(keys.context()), b -> b.setProxy(proxy));
  }

  private static HttpHost plain(ScriptedServer proxy) {
    return new HttpHost("http", "127.0.0.1", proxy.port());
  }

  /** A tunnel to whatever port the client names. */
  private static void tunnel(Peer peer, Request connect) throws IOException {
    peer.write("HTTP/1.1 200 Go\r\n\r\n");
    peer.tunnelTo(Integer.parseInt(connect.target().substring("localhost:".length())));
  }

  private static void tunnel(Peer peer) throws IOException {
    Request connect = peer.read();
    if (connect != null) {
      assertThat(connect.method()).isEqualTo("CONNECT");
      tunnel(peer, connect);
    }
  }

  @Test
  void aPlainProxyGetsTheWholeUriOverAKeptConnection() throws Exception {
    try (ScriptedServer proxy =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", r.target()))) {
      through(plain(proxy));
      for (int i = 0; i < 3; i++) {
        assertThat(kit.get(URI.create("http://far.example/page")))
            .isEqualTo("http://far.example/page");
      }
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  @Test
  void targetsBehindOneProxyAndWithoutItDoNotShareConnections() throws Exception {
    try (ScriptedServer proxy = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      through(plain(proxy));
      kit.get(URI.create("http://one.example/"));
      kit.get(URI.create("http://two.example/"));
      kit.get(URI.create("http://one.example/"));
      assertThat(proxy.accepted()).isEqualTo(2);
      assertThat(kit.manager().pools().statsByKey().keySet())
          .extracting(RouteKey::toString)
          .containsExactlyInAnyOrder(
              "http://one.example:80 by http://127.0.0.1:" + proxy.port(),
              "http://two.example:80 by http://127.0.0.1:" + proxy.port());
    }
  }

  @Test
  void aTunnelIsDugOnceAndKept() throws Exception {
    try (ScriptedServer proxy = ScriptedServer.of(ClientRoutesTest::tunnel)) {
      through(plain(proxy));
      for (int i = 0; i < 5; i++) {
        assertThat(kit.get(secureTarget())).isEqualTo("secret");
      }
      assertThat(proxy.requests()).hasSize(1);
      assertThat(target.accepted()).isEqualTo(1);
      assertThat(target.requests()).hasSize(5);
    }
    await().until(() -> kit.stats().size() == 0);
  }

  @Test
  void aTunnelThatIsClosedAtItsFarEndIsDugAnew() throws Exception {
    try (ScriptedServer once =
            ScriptedServer.secure(
                keys.context(),
                peer -> {
                  peer.read();
                  peer.answer(200, "", "once");
                });
        ScriptedServer proxy = ScriptedServer.of(ClientRoutesTest::tunnel)) {
      through(plain(proxy));
      for (int i = 0; i < 3; i++) {
        assertThat(kit.get(URI.create("https://localhost:" + once.port()))).isEqualTo("once");
        await().until(() -> proxy.open() == 0);
      }
      assertThat(proxy.requests()).hasSize(3);
    }
  }

  @Test
  void aProxyOverTlsIsTunnelledThroughWithTlsWithinTls() throws Exception {
    try (ScriptedServer proxy = ScriptedServer.secure(keys.context(), ClientRoutesTest::tunnel)) {
      through(new HttpHost("https", "localhost", proxy.port()));
      for (int i = 0; i < 5; i++) {
        assertThat(kit.get(secureTarget())).isEqualTo("secret");
      }
      assertThat(proxy.requests()).hasSize(1);
      assertThat(target.accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Connection: close\r\n", ""})
  void aProxyThatAsksWhoIsThereIsTold(String head) throws Exception {
    Script script =
        peer -> {
          Request connect = peer.read();
          if (connect != null && connect.header("Proxy-Authorization") == null) {
            peer.write(PROXY_AUTHENTICATION + head + "\r\n");
            connect = head.isEmpty() ? peer.read() : null;
          }
          if (connect != null) {
            tunnel(peer, connect);
          }
        };
    try (ScriptedServer proxy = ScriptedServer.of(script)) {
      HttpHost host = plain(proxy);
      kit.reopen(
          PatientHttp.forClients(),
          b -> b.tls(keys.context()),
          b ->
              b.setProxy(host)
                  .setDefaultCredentialsProvider(
                      CredentialsProviderBuilder.create()
                          .add(new AuthScope(host), "me", "pass".toCharArray())
                          .build()));
      assertThat(kit.get(secureTarget())).isEqualTo("secret");
      assertThat(kit.get(secureTarget())).isEqualTo("secret");
      assertThat(proxy.requests()).hasSize(2);
      assertThat(proxy.accepted()).isEqualTo(head.isEmpty() ? 1 : 2);
    }
  }

  @Test
  void aTunnelThatIsGivenUpWhileItIsDugIsNotKept() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Script script =
        peer -> {
          Request connect = peer.read();
          if (peer.number() == 1) {
            asked.countDown();
            peer.awaitClose();
          } else if (connect != null) {
            tunnel(peer, connect);
          }
        };
    try (ScriptedServer proxy = ScriptedServer.of(script)) {
      through(plain(proxy));
      HttpGet get = new HttpGet(secureTarget());
      Background<String> caller = Background.start(() -> kit.send(get, null));
      asked.await();
      get.cancel();
      assertThat(caller.failure(IOException.class)).isNotNull();
      await().until(() -> proxy.open() == 0 && kit.stats().size() == 0);
      assertThat(kit.get(secureTarget())).isEqualTo("secret");
    }
  }

  @Test
  void theRefusalOfAProxyIsTheAnswerAndItsConnectionIsNotKept() throws Exception {
    try (ScriptedServer proxy =
        ScriptedServer.answering((r, peer) -> peer.answer(403, "", "not there"))) {
      through(plain(proxy));
      assertThat(kit.get(secureTarget())).isEqualTo("not there");
      await().until(() -> kit.stats().size() == 0);
      assertThat(target.accepted()).isZero();
    }
  }

  @Test
  void aProxyThatIsNotThereIsNamed() throws Exception {
    HttpHost gone;
    try (ScriptedServer proxy = ScriptedServer.of(Peer::awaitClose)) {
      gone = plain(proxy);
    }
    through(gone);
    assertThatThrownBy(() -> kit.get(secureTarget())).hasMessageContaining(gone.toURI());
  }

  @Test
  void aRedirectToAnotherOriginIsFollowed() throws Exception {
    kit.reopen(PatientHttp.forClients(), b -> b.tls(keys.context()), b -> b);
    try (ScriptedServer here =
        ScriptedServer.answering(
            (r, peer) -> peer.answer(302, "Location: " + secureTarget() + "\r\n", "moved"))) {
      for (int i = 0; i < 3; i++) {
        assertThat(kit.get(here)).isEqualTo("secret");
      }
      assertThat(here.accepted()).isEqualTo(1);
      assertThat(target.accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Connection: close\r\n", ""})
  void aServerThatAsksWhoIsThereIsTold(String head) throws Exception {
    Script script =
        peer -> {
          for (Request next = peer.read(); next != null; next = peer.read()) {
            if (next.header("Authorization") != null) {
              peer.answer(200, "", "welcome");
            } else {
              peer.answer(401, "WWW-Authenticate: Basic realm=\"here\"\r\n" + head, "who?");
              if (!head.isEmpty()) {
                return;
              }
            }
          }
        };
    try (ScriptedServer server = ScriptedServer.of(script)) {
      kit.reopen(
          PatientHttp.forClients(),
          b -> b,
          b ->
              b.setDefaultCredentialsProvider(
                  CredentialsProviderBuilder.create()
                      .add(new AuthScope(plain(server)), "me", "pass".toCharArray())
                      .build()));
      assertThat(kit.get(server)).isEqualTo("welcome");
      assertThat(server.accepted()).isEqualTo(head.isEmpty() ? 1 : 2);
      await().until(() -> kit.stats().idle() == 1);
    }
  }
}
