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
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * G12: who shows no token stays outside, on every wire; who shows one is held apart from others.
 */
@Timeout(120)
class AuthTest {
  private static final String ANN = NewToken.make();
  private static final String BOB = NewToken.make();
  private static final String SCRAPER = NewToken.make();
  private static final String BOSS = NewToken.make();
  private static final String INITIALIZE =
      MessageClient.request(
          "1",
          "initialize",
          "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}");

  @TempDir Path directory;

  private ListingServer one;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    one = new ListingServer("one", "say");
    write(auth(token("ann", ANN, "user"), token("bob", BOB, "user")));
    gateway = TestGateway.serving(file());
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
  }

  private static String token(String name, String token, String role) {
    return "    %s: { hash: \"%s\", roles: [%s] }\n".formatted(name, TokenHash.of(token), role);
  }

  private static String auth(String... tokens) {
    return "auth:\n  tokens:\n"
        + String.join("", tokens)
        + token("scraper", SCRAPER, "metrics")
        + token("boss", BOSS, "admin");
  }

  private ConfigFile file() {
    return new ConfigFile(directory.resolve("weir.yaml"), UnaryOperator.identity());
  }

  private void write(String auth) throws IOException {
    Files.writeString(
        directory.resolve("weir.yaml"),
        "listen: 127.0.0.1:0\nallowed-origins: [https://app.example.com]\nsockets: [{ listen: \"unix:"
            + directory.resolve("s")
            + "\", route: one }]\n"
            + auth
            + "upstreams: { one: { url: \""
            + one.url()
            + "\" } }\n");
  }

  private void reload(String auth) throws IOException {
    write(auth);
    gateway.gateway().reload(file());
  }

  private WireClient client(String path, String token) {
    var client = new WireClient(URI.create(gateway.url(path)));
    return token.isEmpty() ? client : client.with("Authorization", "Bearer " + token);
  }

  private WireClient.Reply get(String path, String token) throws IOException {
    try (WireExchange exchange = client(path, token).send("GET", Map.of(), null, "")) {
      return exchange.reply();
    }
  }

  private static Map<String, String> shown(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /mcp/one",
    "GET, /mcp/one",
    "DELETE, /mcp/one",
    "OPTIONS, /mcp/one",
    "POST, /mcp",
    "GET, /mcp/one/sse",
    "POST, /mcp/one/messages?session=x",
    "GET, /metrics",
    "GET, /api/v1/status",
    "GET, /nothing/here"
  })
  void nothingIsServedWithoutAToken(String method, String path) throws IOException {
    for (Map<String, String> websocket :
        List.of(
            Map.<String, String>of(),
            Map.of(
                "Connection", "Upgrade",
                "Upgrade", "websocket",
                "Sec-WebSocket-Version", "13",
                "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))) {
      try (WireExchange exchange = client(path, "").send(method, websocket, null, "")) {
        WireClient.Reply reply = exchange.reply();
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"weir\"");
        assertThat(reply.body()).doesNotContain("/mcp/one");
      }
    }
    assertThat(one.headers()).as("the server was asked").isEmpty();
  }

  @Test
  void theProbesNeedNone() throws IOException {
    assertThat(get("/livez", "").status()).isEqualTo(200);
    assertThat(get("/readyz", "").status()).isEqualTo(200);
  }

  @Test
  void aWrongTokenIsRefusedInTheWordsOfTheStandardAndAnotherSchemeIsNone() throws IOException {
    String stranger = NewToken.make();
    for (String wrong :
        List.of(stranger, ANN + "x", ANN.substring(1), "x", TokenHash.of(ANN).hex())) {
      WireClient.Reply reply = client("/mcp/one", wrong).post(INITIALIZE, Map.of());
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.header("WWW-Authenticate"))
          .startsWith("Bearer realm=\"weir\", error=\"invalid_token\"");
      assertThat(reply.body()).doesNotContain(wrong);
    }
    WireClient.Reply basic =
        client("/mcp/one", "").post(INITIALIZE, Map.of("Authorization", "Basic " + ANN));
    assertThat(basic.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"weir\"");
    assertThat(get("/mcp/one?access_token=" + ANN, "").status())
        .as("a token in a URL is in every log")
        .isEqualTo(401);
    WireClient.Reply lower =
        client("/mcp/one", "").post(INITIALIZE, Map.of("Authorization", "bearer " + ANN));
    assertThat(lower.status()).isEqualTo(200);
  }

  @Test
  void noByteOfTheBodyIsAwaitedBeforeTheRefusal() throws IOException {
    WireClient.Reply reply =
        client("/mcp/one", "").post("{", Map.of("Content-Length", String.valueOf(1 << 20)));
    assertThat(reply.status()).isEqualTo(401);
  }

  @Test
  void aBrowserMayAskBeforehandAndMayReadTheRefusal() throws IOException {
    Map<String, String> origin = Map.of("Origin", "https://app.example.com");
    try (WireExchange asks = client("/mcp/one", "").send("OPTIONS", origin, null, "")) {
      WireClient.Reply preflight = asks.reply();
      assertThat(preflight.status()).isEqualTo(204);
      assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization");
    }
    WireClient.Reply refused = client("/mcp/one", "").post(INITIALIZE, origin);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
  }

  @Test
  void aTokenServesOnEveryWireAndTheServerNeverSeesIt() throws Exception {
    try (WireClient http = client("/mcp/one", ANN);
        MessageClient socket = MessageClient.webSocket(gateway.url("/mcp/one"), shown(ANN));
        WireExchange stream = client("/mcp/one/sse", ANN).listen(null)) {
      http.open("2025-11-25", "{}");
      assertThat(http.call("tools/call", "{\"name\":\"say\"}").response()).contains("one:say");
      socket.open("2025-11-25");
      assertThat(socket.call("1", "tools/call", "{\"name\":\"say\"}")).contains("one:say");
      assertThat(stream.nextEvent(Patience.LIMIT)).isNotNull();
      assertThat(one.headers()).contains("mcp-protocol-version").doesNotContain("authorization");
      assertThat(get("/api/v1/status", BOSS).body())
          .contains("\"identity\" : \"ann\"", "\"issuer\" : \"weir\"")
          .doesNotContain(ANN);
    }
    assertThatThrownBy(() -> MessageClient.webSocket(gateway.url("/mcp/one")))
        .isInstanceOf(CompletionException.class);
  }

  @Test
  void aSessionOfAnotherTokenIsAnsweredAsOneThatNeverWas() throws IOException {
    try (WireClient ann = client("/mcp/one", ANN);
        WireClient bob = client("/mcp/one", BOB);
        WireExchange stream = client("/mcp/one/sse", ANN).listen(null)) {
      ann.open("2025-11-25", "{}");
      WireClient.Reply never = bob.in("never-was").call("tools/list", "{}");
      WireClient.Reply anns = bob.in(ann.session()).call("tools/list", "{}");
      assertThat(anns.status()).isEqualTo(404);
      assertThat(anns.body().replaceAll("\"id\":\\d+", ""))
          .isEqualTo(never.body().replaceAll("\"id\":\\d+", ""));
      assertThat(bob.delete().status()).isEqualTo(404);
      assertThat(bob.listen(null).reply().status()).isEqualTo(404);
      String messages = Objects.requireNonNull(stream.nextEvent(Patience.LIMIT)).data();
      assertThat(client(messages, BOB).post(INITIALIZE, Map.of()).status()).isEqualTo(404);
      assertThat(client(messages, ANN).post(INITIALIZE, Map.of()).status()).isEqualTo(202);
      assertThat(ann.call("tools/list", "{}").status()).isEqualTo(200);
    }
  }

  @Test
  void theGatewaysOwnPagesAreForRolesOfTheirOwn() throws IOException {
    assertThat(get("/metrics", SCRAPER).status()).isEqualTo(200);
    assertThat(get("/metrics", BOSS).status()).isEqualTo(200);
    assertThat(get("/api/v1/status", BOSS).status()).isEqualTo(200);
    assertThat(client("/mcp/one", BOSS).post(INITIALIZE, Map.of()).status()).isEqualTo(200);
    for (WireClient.Reply refused :
        List.of(
            get("/metrics", ANN),
            get("/api/v1/status", ANN),
            get("/api/v1/status", SCRAPER),
            client("/mcp/one", SCRAPER).post(INITIALIZE, Map.of()))) {
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.header("WWW-Authenticate")).contains("error=\"insufficient_scope\"");
    }
  }

  @Test
  void aSocketFileIsItsOwnersAloneAndNeedsNoToken() throws Exception {
    try (MessageClient client = MessageClient.socket("unix:" + directory.resolve("s"))) {
      client.open("2025-11-25");
      assertThat(client.call("1", "tools/call", "{\"name\":\"say\"}")).contains("one:say");
    }
  }

  @Test
  void aTokenThatIsTakenOutEndsWhatWasBegunWithItAndNothingElse() throws Exception {
    try (WireClient ann = client("/mcp/one", ANN);
        WireClient bob = client("/mcp/one", BOB);
        MessageClient anns = MessageClient.webSocket(gateway.url("/mcp/one"), shown(ANN));
        MessageClient unused = MessageClient.webSocket(gateway.url("/mcp/one"), shown(ANN));
        MessageClient bobs = MessageClient.webSocket(gateway.url("/mcp/one"), shown(BOB))) {
      ann.open("2025-11-25", "{}");
      bob.open("2025-11-25", "{}");
      anns.open("2025-11-25");
      bobs.open("2025-11-25");
      reload(auth(token("bob", BOB, "user")));
      anns.awaitEnd();
      unused.awaitEnd();
      assertThat(ann.call("tools/list", "{}").status()).isEqualTo(401);
      await().until(() -> get("/metrics", BOSS).body().contains("weir_sessions 2.0"));
      assertThat(get("/metrics", BOSS).body())
          .contains("weir_sessions_ended_total{cause=\"revoked\"}");
      assertThat(bob.call("tools/list", "{}").status()).isEqualTo(200);
      assertThat(bobs.call("1", "tools/call", "{\"name\":\"say\"}")).contains("one:say");
    }
  }

  @Test
  void anotherTokenOfTheSameNameGoesOnInItsSessionsAndTheOldOneIsPutOut() throws Exception {
    String next = NewToken.make();
    try (WireClient ann = client("/mcp/one", ANN);
        MessageClient socket = MessageClient.webSocket(gateway.url("/mcp/one"), shown(ANN))) {
      ann.open("2025-11-25", "{}");
      socket.open("2025-11-25");
      reload(auth(token("ann", next, "user"), token("bob", BOB, "user")));
      socket.awaitEnd();
      assertThat(ann.call("tools/list", "{}").status()).isEqualTo(401);
      assertThat(ann.with("Authorization", "Bearer " + next).call("tools/list", "{}").status())
          .isEqualTo(200);
    }
  }

  @Test
  void whoCameInBeforeThereWereTokensIsPutOutWhenThereAre() throws Exception {
    reload("");
    try (WireClient nobody = client("/mcp/one", "");
        MessageClient socket = MessageClient.webSocket(gateway.url("/mcp/one"))) {
      nobody.open("2025-11-25", "{}");
      socket.open("2025-11-25");
      reload(auth(token("ann", ANN, "user")));
      socket.awaitEnd();
      assertThat(nobody.call("tools/list", "{}").status()).isEqualTo(401);
    }
  }

  @Test
  void noTokenIsInTheLogWhateverBecomesOfIt() throws IOException {
    List<String> logged = new CopyOnWriteArrayList<>();
    var handler = new Keeping(logged);
    Logger root = Logger.getLogger("dev.weir");
    Level before = root.getLevel();
    root.setLevel(Level.ALL);
    root.addHandler(handler);
    String stranger = NewToken.make();
    try {
      client("/mcp/one", ANN).open("2025-11-25", "{}");
      client("/mcp/one", stranger).post("{", Map.of());
      client("/mcp/one", ANN).post("{", Map.of());
      client("/mcp/one", SCRAPER).post(INITIALIZE, Map.of());
      reload(auth(token("bob", BOB, "user")));
    } finally {
      root.removeHandler(handler);
      root.setLevel(before);
    }
    assertThat(logged).isNotEmpty();
    for (String token : List.of(ANN, stranger, SCRAPER)) {
      assertThat(logged).noneMatch(line -> line.contains(token.substring(5, 25)));
    }
  }

  private static final class Keeping extends Handler {
    private final List<String> logged;

    Keeping(List<String> logged) {
      this.logged = logged;
    }

    @Override
    public void publish(LogRecord record) {
      logged.add(record.getMessage() + " " + record.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
