package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.kit.SelfMade;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are authenticated for one user never serve another. */
@Timeout(300)
class ClientStateTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();

  @Test
  void usersDoNotShareConnectionsButEachKeepsItsOwn() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, p) -> p.answer(200, "", "" + p.number()))) {
      String alice = get(server, "alice");
      String bob = get(server, "bob");
      assertThat(bob).isNotEqualTo(alice);
      assertThat(get(server, "alice")).isEqualTo(alice);
      assertThat(get(server, "bob")).isEqualTo(bob);
      assertThat(kit.get(server)).isNotIn(alice, bob);
      assertThat(server.accepted()).isEqualTo(3);
      assertThat(kit.manager().pools().statsByKey().keySet())
          .extracting(RouteKey::toString)
          .noneMatch(text -> text.contains("alice") || text.contains("bob"));
    }
  }

  @Test
  void aConnectionThatBecameSomebodysIsNotLentToNobody() throws Exception {
    kit.reopen(
        PatientHttp.forClients(), b -> b, b -> b.setUserTokenHandler((route, context) -> "alice"));
    try (ScriptedServer server =
        ScriptedServer.answering((r, p) -> p.answer(200, "", "" + p.number()))) {
      HttpClientContext context = HttpClientContext.create();
      assertThat(kit.send(new HttpGet(server.uri("/")), context)).isEqualTo("1");
      await().until(() -> kit.stats().size() == 0);
      assertThat(kit.send(new HttpGet(server.uri("/")), context)).isEqualTo("2");
      assertThat(kit.send(new HttpGet(server.uri("/")), context)).isEqualTo("2");
    }
  }

  @Test
  void aClientCertificateMakesAConnectionItsOwners(@TempDir Path directory) throws Exception {
    SelfMade keys = SelfMade.in(directory, "DNS:localhost,IP:127.0.0.1");
    Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(keys.context()) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = keys.context().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          clients.add(exchange.getRemoteAddress());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      kit.reopen(PatientHttp.forClients(), b -> b.tls(keys.context()), b -> b);
      URI uri = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
      HttpClientContext owner = HttpClientContext.create();
      for (int i = 0; i < 5; i++) {
        kit.send(new HttpGet(uri), owner);
      }
      assertThat(owner.getUserToken()).isNotNull();
      assertThat(clients).hasSize(2); // the first, which became its owner's, and the one kept
    } finally {
      server.stop(0);
    }
  }

  private String get(ScriptedServer server, String user) throws Exception {
    HttpClientContext context = HttpClientContext.create();
    context.setUserToken(user);
    return kit.send(new HttpGet(server.uri("/")), context);
  }
}
