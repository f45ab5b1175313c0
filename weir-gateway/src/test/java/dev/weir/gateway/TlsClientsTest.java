package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.ConfigFile;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.TestTls;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** G12: clients speak TLS with the gateway, and may be known by a certificate. */
@Timeout(120)
class TlsClientsTest {
  private static final String BOSS = NewToken.make();
  private static final String SAY = "{\"name\":\"say\"}";
  private static final String TOKENS =
      """
      auth:
        tokens: { boss: { hash: "%s", roles: [admin] } }
      """
          .formatted(TokenHash.of(BOSS));
  private static final String CERTIFICATES =
      TOKENS
          + """
            certificates:
              agents: { subject: "URI:spiffe://example.com/agents/*", roles: [user] }
              plain: { subject: "CN:plain name", roles: [metrics] }
          """;

  @TempDir Path directory;

  private ListingServer one;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    one = new ListingServer("one", "say");
    show("server");
    write("", "");
    gateway = TestGateway.serving(file());
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
  }

  private void serve(String tls, String auth) throws Exception {
    gateway.close();
    write(tls, auth);
    gateway = TestGateway.serving(file());
  }

  private void write(String tls, String auth) throws IOException {
    Files.writeString(
        directory.resolve("weir.yaml"),
        "listen: 127.0.0.1:0\ntls: { certificate: server.pem, key: server.key"
            + tls
            + " }\n"
            + auth
            + "upstreams: { one: { url: \""
            + one.url()
            + "\" } }\n");
  }

  /** What the gateway shows from its next look at the files on. */
  private void show(String name) throws IOException {
    copy(name + ".pem", "server.pem");
    copy(name + ".key", "server.key");
  }

  private void copy(String from, String to) throws IOException {
    Files.copy(TestTls.file(from), directory.resolve(to), StandardCopyOption.REPLACE_EXISTING);
  }

  private ConfigFile file() {
    return new ConfigFile(directory.resolve("weir.yaml"), UnaryOperator.identity());
  }

  private static String clients(String authority, String how) {
    return ", client-ca: \"" + TestTls.file(authority) + "\", client-auth: " + how;
  }

  private String url(String path) {
    return gateway.url(path).replace("http:", "https:");
  }

  private WireClient client(SSLContext context, String path) {
    return new WireClient(URI.create(url(path))).over(context.getSocketFactory());
  }

  private WireClient open(SSLContext context) throws IOException {
    WireClient client = client(context, "/mcp/one");
    assertThat(client.open("2025-11-25", "{}").status()).isEqualTo(200);
    return client;
  }

  private int get(SSLContext context, String path) throws IOException {
    try (WireExchange exchange = client(context, path).send("GET", Map.of(), null, "")) {
      return exchange.status();
    }
  }

  private String status() throws IOException {
    try (WireExchange exchange =
        client(TestTls.client("agent"), "/api/v1/status")
            .with("Authorization", "Bearer " + BOSS)
            .send("GET", Map.of(), null, "")) {
      return exchange.reply().body();
    }
  }

  /** Whose certificate a new connection is shown. */
  private String shown() throws IOException {
    try (SSLSocket socket = connect()) {
      var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    }
  }

  private SSLSocket connect() throws IOException {
    return (SSLSocket)
        TestTls.client().getSocketFactory().createSocket("127.0.0.1", gateway.port());
  }

  @Test
  void everyWireIsServedOverTls() throws Exception {
    try (WireClient http = open(TestTls.client());
        MessageClient socket =
            MessageClient.webSocket(url("/mcp/one"), Map.of(), TestTls.client());
        WireExchange stream = client(TestTls.client(), "/mcp/one/sse").listen(null)) {
      assertThat(http.call("tools/call", SAY).response()).contains("one:say");
      socket.open("2025-11-25");
      assertThat(socket.call("1", "tools/call", SAY)).contains("one:say");
      assertThat(stream.nextEvent(Patience.LIMIT)).isNotNull();
      assertThat(get(TestTls.client(), "/readyz")).isEqualTo(200);
    }
  }

  @Test
  void neitherPlainHttpNorAnOldVersionOfTlsIsSpoken() throws Exception {
    assertThatThrownBy(() -> gateway.page("/livez")).isInstanceOf(IOException.class);
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (SSLSocket socket = connect()) {
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      }
    }
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {"TLSv1.1"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void aRenewedCertificateIsShownToNewConnectionsAndThoseThatAreOpenGoOn() throws Exception {
    try (MessageClient socket =
        MessageClient.webSocket(url("/mcp/one"), Map.of(), TestTls.client()).open("2025-11-25")) {
      assertThat(shown()).isEqualTo("CN=first");
      show("renewed");
      gateway.gateway().reload(file());
      assertThat(shown()).isEqualTo("CN=second");
      assertThat(socket.call("1", "tools/call", SAY)).contains("one:say");
    }
  }

  @Test
  void aCertificateThatCannotBeUsedChangesNothingAndIsTold() throws Exception {
    serve("", TOKENS);
    Files.writeString(directory.resolve("server.pem"), "half");
    gateway.gateway().reload(file());
    assertThat(shown()).isEqualTo("CN=first");
    assertThat(status()).contains("server.pem holds no certificate");
    copy("renewed.pem", "server.pem");
    gateway.gateway().reload(file());
    assertThat(shown()).isEqualTo("CN=first");
    assertThat(status()).contains("tls.key: expected the private key of the first certificate");
  }

  @Test
  void whoHasNoCertificateOfTheAuthorityDoesNotGetThroughTheHandshake() throws Exception {
    serve(clients("authority.pem", "required"), CERTIFICATES);
    for (SSLContext stranger : new SSLContext[] {TestTls.client(), TestTls.client("impostor")}) {
      assertThatThrownBy(() -> get(stranger, "/livez")).isInstanceOf(IOException.class);
    }
    assertThat(get(TestTls.client("unknown"), "/livez")).isEqualTo(200);
    assertThat(get(TestTls.client("unknown"), "/mcp/one")).isEqualTo(401);
    assertThat(one.headers()).as("the server was asked").isEmpty();
  }

  @Test
  void aCertificateIsAnIdentityWithRolesAndTheServerNeverSeesIt() throws Exception {
    serve(clients("authority.pem", "optional"), CERTIFICATES);
    try (WireClient agent = open(TestTls.client("agent"))) {
      assertThat(agent.call("tools/call", SAY).response()).contains("one:say");
      assertThat(status())
          .contains(
              "\"identity\" : \"URI:spiffe://example.com/agents/one\"", "\"issuer\" : \"tls\"");
      assertThat(get(TestTls.client("agent"), "/metrics")).isEqualTo(403);
      assertThat(get(TestTls.client("named"), "/metrics")).isEqualTo(200);
      assertThat(get(TestTls.client("named"), "/mcp/one")).isEqualTo(403);
      assertThat(get(TestTls.client(), "/mcp/one")).as("nothing is shown").isEqualTo(401);
      WireClient.Reply wrong =
          client(TestTls.client("agent"), "/mcp/one")
              .with("Authorization", "Bearer " + NewToken.make())
              .post("{}", Map.of());
      assertThat(wrong.status()).as("who shows a token is known by it").isEqualTo(401);
    }
  }

  @Test
  void aSessionOfACertificateIsNobodyElses() throws Exception {
    serve(clients("authority.pem", "optional"), CERTIFICATES);
    try (WireClient agent = open(TestTls.client("agent"));
        WireClient boss =
            client(TestTls.client(), "/mcp/one").with("Authorization", "Bearer " + BOSS)) {
      assertThat(boss.in(agent.session()).call("tools/list", "{}").status()).isEqualTo(404);
      assertThat(agent.call("tools/list", "{}").status()).isEqualTo(200);
    }
  }

  @Test
  void anAuthorityThatIsBelievedNoMoreEndsWhatItsClientsHaveOpened() throws Exception {
    serve(clients("authority.pem", "optional"), CERTIFICATES);
    try (MessageClient socket =
        MessageClient.webSocket(url("/mcp/one"), Map.of(), TestTls.client("agent"))
            .open("2025-11-25")) {
      write(clients("stranger.pem", "optional"), CERTIFICATES);
      gateway.gateway().reload(file());
      socket.awaitEnd();
      assertThat(get(TestTls.client("impostor"), "/mcp/one")).isNotEqualTo(401);
      await().until(() -> get(TestTls.client(), "/readyz") == 200);
    }
  }
}
