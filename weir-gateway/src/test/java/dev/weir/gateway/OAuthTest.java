package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.ConfigFile;
import dev.weir.gateway.kit.Issuer;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** G12: clients show access tokens of an OAuth 2.1 authorization server. */
@Timeout(120)
class OAuthTest {
  private static final String HERE = "https://weir.example.com";
  private static final String BOSS = NewToken.make();
  private static final String SAY = "{\"name\":\"say\"}";
  private static final String METADATA = HERE + "/.well-known/oauth-protected-resource";

  @TempDir Path directory;

  private ListingServer one;
  private Issuer issuer;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    one = new ListingServer("one", "say", "delete");
    issuer = new Issuer();
    write("");
    gateway = TestGateway.serving(file());
  }

  @AfterEach
  void stop() {
    gateway.close();
    issuer.close();
    one.close();
  }

  private ConfigFile file() {
    return new ConfigFile(directory.resolve("weir.yaml"), UnaryOperator.identity());
  }

  private void write(String further) throws IOException {
    Files.writeString(
        directory.resolve("weir.yaml"),
        """
        listen: 127.0.0.1:0
        auth:
          tokens: { boss: { hash: "%s", roles: [admin] } }
          oauth:
            issuer: "%s"
            resource: "%s"
            roles: { use: [user], "say": [talker], watch: [metrics] }
        %s
          roles: { talker: { routes: [one], tools: { allow: [say] } } }
        upstreams: { one: { url: "%s" }, two: { url: "%s" } }
        """
            .formatted(TokenHash.of(BOSS), issuer.url(), HERE, further, one.url(), one.url()));
  }

  private String token(String subject, String scope) throws Exception {
    return issuer.sign(issuer.claims(HERE, subject, scope));
  }

  private WireClient client(String path, String token) {
    return new WireClient(URI.create(gateway.url(path))).with("Authorization", "Bearer " + token);
  }

  private WireClient open(String path, String token) throws IOException {
    WireClient client = client(path, token);
    assertThat(client.open("2025-11-25", "{}").status()).isEqualTo(200);
    return client;
  }

  private WireClient.Reply get(String path, String token) throws IOException {
    try (WireExchange exchange = client(path, token).send("GET", Map.of(), null, "")) {
      return exchange.reply();
    }
  }

  private WireClient.Reply post(String token) throws IOException {
    return client("/mcp/one", token).post("{}", Map.of());
  }

  private void assertRefused(String why, String token) throws IOException {
    WireClient.Reply reply = post(token);
    assertThat(reply.status()).as(why).isEqualTo(401);
    assertThat(reply.header("WWW-Authenticate"))
        .as(why)
        .contains("error=\"invalid_token\"", "error_description=\"" + why, METADATA + "/mcp/one");
    assertThat(reply.body()).doesNotContain(token);
    assertThat(one.headers()).as("the server was asked").isEmpty();
  }

  @Test
  void anAccessTokenServesOnEveryWireWithTheRolesOfItsScopesAndTheServerNeverSeesIt()
      throws Exception {
    String ann = token("ann", "openid use");
    try (WireClient http = open("/mcp/one", ann);
        MessageClient socket =
            MessageClient.webSocket(
                gateway.url("/mcp/one"), Map.of("Authorization", "Bearer " + ann))) {
      assertThat(http.call("tools/call", SAY).response()).contains("one:say");
      socket.open("2025-11-25");
      assertThat(socket.call("1", "tools/call", SAY)).contains("one:say");
      assertThat(one.headers()).doesNotContain("authorization");
      assertThat(get("/api/v1/status", BOSS).body())
          .contains("\"identity\" : \"ann\"", "\"issuer\" : \"" + issuer.url() + "\"");
    }
    assertThat(get("/metrics", token("ann", "watch")).status()).isEqualTo(200);
    assertThat(get("/metrics", ann).status()).isEqualTo(403);
  }

  @Test
  void whoHasNoTokenIsToldWhereToGetOne() throws Exception {
    WireClient.Reply refused =
        new WireClient(URI.create(gateway.url("/mcp/one"))).post("{}", Map.of());
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("WWW-Authenticate"))
        .isEqualTo(
            "Bearer realm=\"weir\", resource_metadata=\"%s/mcp/one\", scope=\"use\""
                .formatted(METADATA));
    for (String path : List.of("", "/mcp", "/mcp/one", "/mcp/none")) {
      WireClient.Reply metadata = get("/.well-known/oauth-protected-resource" + path, "");
      assertThat(metadata.status()).isEqualTo(200);
      assertThat(metadata.body())
          .contains(
              "\"resource\":\"" + HERE + path + "\"",
              "\"authorization_servers\":[\"" + issuer.url() + "\"]",
              "\"scopes_supported\":[\"use\",\"say\",\"watch\"]");
    }
    assertThat(get("/.well-known/oauth-protected-resource/api/v1/status", "").status())
        .isEqualTo(401);
  }

  @Test
  void whoLacksAScopeIsToldWhichAndKeepsTheSessionWithAWiderToken() throws Exception {
    WireClient.Reply refused = client("/mcp/two", token("ann", "say")).post("{}", Map.of());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.header("WWW-Authenticate"))
        .contains(
            "error=\"insufficient_scope\"",
            "scope=\"say use\"",
            "resource_metadata=\"" + METADATA + "/mcp/two\"");
    try (WireClient client = open("/mcp/one", token("ann", "say"))) {
      String delete = "{\"name\":\"delete\"}";
      assertThat(client.call("tools/call", delete).response()).contains("may call");
      assertThat(client.call("tools/list", "{}").response()).doesNotContain("delete");
      client.with("Authorization", "Bearer " + token("ann", "use"));
      assertThat(client.call("tools/call", delete).response()).contains("one:delete");
      client.with("Authorization", "Bearer " + token("ann", "say"));
      assertThat(client.call("tools/call", delete).response())
          .as("what one token may is not what another may")
          .contains("may call");
    }
  }

  @Test
  void aSessionIsOfItsIssuerAndSubject() throws Exception {
    try (WireClient ann = open("/mcp/one", token("ann", "use"))) {
      for (String other : List.of(token("bob", "use"), BOSS)) {
        WireClient stranger = client("/mcp/one", other).in(ann.session());
        assertThat(stranger.call("tools/list", "{}").status()).isEqualTo(404);
      }
      assertThat(ann.call("tools/list", "{}").status()).isEqualTo(200);
    }
  }

  @Test
  void aTokenForOneRouteIsOfNoUseOnAnother() throws Exception {
    String forOne = issuer.sign(issuer.claims(HERE + "/mcp/one", "ann", "use watch"));
    open("/mcp/one", forOne).close();
    assertThat(client("/mcp/two", forOne).post("{}", Map.of()).status()).isEqualTo(403);
    assertThat(get("/metrics", forOne).status()).isEqualTo(403);
  }

  @Test
  void aTokenThatIsNotInOrderIsRefusedAndSaysWhy() throws Exception {
    Map<String, JWTClaimsSet.Builder> wrong = new LinkedHashMap<>();
    Date past = Date.from(Instant.now().minusSeconds(60));
    Date future = Date.from(Instant.now().plusSeconds(600));
    wrong.put("the token is of another issuer", claims().issuer("https://evil.example.com"));
    wrong.put("the token is for another audience", claims().audience("https://other.example.com"));
    wrong.put("the token has expired", claims().expirationTime(past));
    wrong.put("the token is not valid yet", claims().notBeforeTime(future));
    wrong.put("the token lacks exp", claims().expirationTime(null));
    wrong.put("the token is bound", claims().claim("cnf", Map.of("jkt", "x")));
    for (Map.Entry<String, JWTClaimsSet.Builder> each : wrong.entrySet()) {
      assertRefused(each.getKey(), issuer.sign(each.getValue()));
    }
    assertRefused(
        "the token is for another audience",
        issuer.sign(claims().audience(HERE + ".evil.example.com")));
    assertRefused("the token cannot be read", "a.b.c");
    assertRefused("the token is longer", "a.b." + "c".repeat(9_000));
  }

  private JWTClaimsSet.Builder claims() {
    return issuer.claims(HERE, "ann", "use");
  }

  @Test
  void whatTheIssuerHasNotSignedIsRefusedWhateverItsHeadSays() throws Exception {
    ECKey own = Issuer.key("first");
    List<String> forged = new ArrayList<>();
    forged.add(new PlainJWT(claims().build()).serialize());
    forged.add(withSecret());
    forged.add(Issuer.sign(claims(), UnaryOperator.identity(), own));
    forged.add(Issuer.sign(claims(), head -> head.jwk(own.toPublicJWK()), own));
    forged.add(Issuer.sign(claims(), head -> head.jwkURL(URI.create(issuer.url() + "/mine")), own));
    forged.add(Issuer.sign(claims(), head -> head.x509CertURL(URI.create(issuer.url())), own));
    forged.add(Issuer.sign(claims(), head -> head.keyID(null).jwk(own.toPublicJWK()), own));
    forged.add(
        Issuer.sign(claims(), head -> head.type(new JOSEObjectType("logout+jwt")), issuer.key()));
    String good = issuer.sign(claims());
    String payload = good.split("\\.")[1];
    forged.add(good.replace(payload, payload.substring(0, payload.length() - 2) + "AA"));
    forged.add(good.substring(0, good.lastIndexOf('.') + 1));
    for (String token : forged) {
      WireClient.Reply reply = post(token);
      assertThat(reply.status()).as(token).isEqualTo(401);
      assertThat(reply.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
    }
    assertThat(one.headers()).as("the server was asked").isEmpty();
    assertThat(post(good).status()).isNotEqualTo(401);
  }

  /** HS256, with the public key as its secret (RFC 8725, section 2.1). */
  private String withSecret() throws Exception {
    byte[] secret = issuer.key().toECPublicKey().getEncoded();
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims().build());
    token.sign(new MACSigner(Arrays.copyOf(secret, Math.max(32, secret.length))));
    return token.serialize();
  }

  @Test
  void aTokenInAQueryIsNone() throws Exception {
    String path = "/mcp/one?access_token=" + token("ann", "use");
    var client = new WireClient(URI.create(gateway.url(path)));
    assertThat(client.post("{}", Map.of()).status()).isEqualTo(401);
  }

  @Test
  void aKeyThatTheIssuerHasChangedIsFetchedAndAFloodOfOthersAsksItNothingMore() throws Exception {
    assertThat(post(token("ann", "use")).status()).isNotEqualTo(401);
    int before = issuer.asked();
    issuer.rotate("second");
    assertThat(post(token("ann", "use")).status()).isNotEqualTo(401);
    assertThat(issuer.asked()).isEqualTo(before + 1);
    for (int i = 0; i < 50; i++) {
      ECKey own = Issuer.key("flood-" + i);
      assertThat(post(Issuer.sign(claims(), UnaryOperator.identity(), own)).status())
          .isEqualTo(401);
    }
    assertThat(issuer.asked()).isLessThan(before + 10);
    JWTClaimsSet.Builder foreign = claims().issuer("https://evil.example.com");
    assertThat(post(Issuer.sign(foreign, head -> head.keyID("x"), issuer.key())).status())
        .isEqualTo(401);
  }

  @Test
  void theKeysThatThereAreServeOnWhileTheIssuerIsDown() throws Exception {
    assertThat(post(token("ann", "use")).status()).isNotEqualTo(401);
    String next = token("bob", "use");
    issuer.breaks(true);
    assertThat(post(next).status()).isNotEqualTo(401);
    assertThat(gateway.page("/readyz")).isEqualTo("ok\n");
    assertThat(post(Issuer.sign(claims(), head -> head.keyID("new"), issuer.key())).status())
        .isIn(401, 503);
    assertThat(get("/healthz", BOSS).body()).contains("the keys of " + issuer.url());
  }

  @Test
  void withoutAnyKeyItIsNotReadyAndComesBackByItself() throws Exception {
    gateway.close();
    issuer.breaks(true);
    gateway = TestGateway.serving(file());
    await().until(() -> gateway.page("/readyz").contains("cannot be had"));
    assertThat(post(token("ann", "use")).status()).isEqualTo(503);
    issuer.breaks(false);
    await().until(() -> gateway.page("/readyz").equals("ok\n"));
  }

  @Test
  void whatStaysOpenEndsWhenItsTokenExpires() throws Exception {
    // So long ago that there are some seconds left of what clocks may differ by.
    Date expired = Date.from(Instant.now().minusSeconds(27));
    String token = issuer.sign(claims().expirationTime(expired));
    try (MessageClient socket =
            MessageClient.webSocket(
                gateway.url("/mcp/one"), Map.of("Authorization", "Bearer " + token));
        WireClient http = open("/mcp/one", token)) {
      socket.open("2025-11-25");
      socket.awaitEnd();
      assertThat(http.call("tools/list", "{}").status()).isEqualTo(401);
      http.with("Authorization", "Bearer " + token("ann", "use"));
      assertThat(http.call("tools/list", "{}").status()).as("the session goes on").isEqualTo(200);
    }
  }

  @Test
  void aReloadSaysWhatScopesMeanAndWhoMayNotStayIsPutOut() throws Exception {
    String ann = token("ann", "use");
    try (MessageClient socket =
        MessageClient.webSocket(gateway.url("/mcp/one"), Map.of("Authorization", "Bearer " + ann))
            .open("2025-11-25")) {
      Path config = directory.resolve("weir.yaml");
      Files.writeString(config, Files.readString(config).replace("use: [user], ", ""));
      gateway.gateway().reload(file());
      socket.awaitEnd();
      assertThat(post(ann).status()).isEqualTo(403);
    }
  }

  @Test
  void rolesMayBeInAnotherClaimWithAnotherAudienceAndForEverybody() throws Exception {
    write(
        """
            audience: "api://weir"
            jwks: "%s/keys"
            roles-claim: realm_access.roles
        """
            .formatted(issuer.url()));
    gateway.gateway().reload(file());
    var claims = issuer.claims("api://weir", "ann", "");
    String token = issuer.sign(claims.claim("realm_access", Map.of("roles", List.of("use"))));
    open("/mcp/two", token).close();
    WireClient.Reply refused =
        client("/mcp/one", issuer.sign(issuer.claims("api://weir", "ann", "use")))
            .post("{}", Map.of());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.header("WWW-Authenticate")).doesNotContain("scope=");
  }
}
