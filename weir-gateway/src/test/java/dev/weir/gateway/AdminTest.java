package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.kit.AdminClient;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** O3: the admin listener: who may come in, from where, and what is shown. */
@Timeout(120)
class AdminTest {
  private static final String BOSS = NewToken.make();
  private static final String WATCHER = NewToken.make();
  private static final String USER = NewToken.make();

  private ListingServer server;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    server = new ListingServer("one", "say");
    gateway =
        TestGateway.serving(
            """
            admin: { listen: 127.0.0.1:0 }
            auth:
              tokens:
                boss: { hash: "%s", roles: [admin] }
                watcher: { hash: "%s", roles: [looks] }
                user: { hash: "%s", roles: [user] }
              roles:
                looks: { routes: [search], admin: view }
            upstreams:
              search: { url: "%s", pool: { max: 4 } }
            """
                .formatted(
                    TokenHash.of(BOSS), TokenHash.of(WATCHER), TokenHash.of(USER), server.url()));
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  private AdminClient visitor() {
    return AdminClient.of(gateway.gateway());
  }

  private WireClient client() {
    return new WireClient(URI.create(gateway.url("/mcp/search")))
        .with("Authorization", "Bearer " + USER);
  }

  @Test
  void withoutATokenThereAreTheFilesOfThePageAndNothingElse() throws Exception {
    for (String file :
        List.of("/admin", "/admin/main.js", "/admin/dashboard.css", "/admin/uplot.js")) {
      assertThat(visitor().get(file).statusCode()).as(file).isEqualTo(200);
    }
    for (String view : List.of("me", "overview", "upstreams/search", "sessions", "nothing")) {
      assertThat(visitor().get("/admin/api/" + view).statusCode()).as(view).isEqualTo(401);
      assertThat(visitor().showing(NewToken.make()).get("/admin/api/" + view).statusCode())
          .isEqualTo(401);
    }
    assertThat(visitor().post("/admin/api/upstreams/search/drain", "{}").statusCode())
        .isEqualTo(401);
  }

  @Test
  void aRoleMayLookOrOperateOrNeither() throws Exception {
    AdminClient user = visitor().showing(USER);
    assertThat(user.get("/admin/api/overview").statusCode()).isEqualTo(403);
    assertThat(user.get("/admin/api/me").body()).contains("admin: view");
    AdminClient watcher = visitor().showing(WATCHER).onItsPage();
    assertThat(watcher.look("me").path("operates").asBoolean()).isFalse();
    assertThat(watcher.look("overview").path("upstreams")).hasSize(1);
    assertThat(watcher.act("upstreams/search/drain", "{}")).startsWith("403 ").contains("operate");
    assertThat(watcher.look("upstreams/search").path("state").asString()).isEqualTo("served");
    AdminClient boss = visitor().showing(BOSS).onItsPage();
    assertThat(boss.look("me").path("operates").asBoolean()).isTrue();
    assertThat(boss.act("upstreams/search/drain", "{}")).startsWith("200 ");
  }

  @Test
  void thePageTakesNothingFromElsewhereAndGoesInNobodysFrame() throws Exception {
    Map<String, List<String>> headers = visitor().get("/admin").headers().map();
    String policy = Objects.requireNonNull(headers.get("content-security-policy")).getFirst();
    assertThat(policy)
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers.get("x-content-type-options")).containsExactly("nosniff");
    assertThat(visitor().get("/admin").body()).doesNotContain("<script>").doesNotContain("style=");
  }

  @Test
  void theListenerOfClientsHasNoDashboardAndTheOtherNoRoutes() throws Exception {
    try (WireExchange page =
        new WireClient(URI.create(gateway.url("/admin")))
            .with("Authorization", "Bearer " + BOSS)
            .send("GET", Map.of(), null, "")) {
      assertThat(page.reply().status()).isEqualTo(404);
    }
    assertThat(visitor().showing(BOSS).get("/mcp/search").statusCode()).isEqualTo(404);
    assertThat(visitor().showing(BOSS).get("/metrics").statusCode()).isEqualTo(404);
  }

  @Test
  void aHostThatIsNotThisOneIsRefused() throws Exception {
    try (WireExchange page =
        new WireClient(URI.create(visitor().base() + "/admin"))
            .with("Host", "evil.example.com")
            .send("GET", Map.of(), null, "")) {
      assertThat(page.reply().status()).isEqualTo(403);
    }
  }

  @Test
  void theConnectionsAreShownWithWhoseCallIsOnEachAndNoIdOfASession() throws Exception {
    AdminClient boss = visitor().showing(BOSS);
    server.hold("tools/call");
    try (WireClient client = client()) {
      client.open("2025-11-25", "{}");
      try (WireExchange call = client.begin("tools/call", "{\"name\":\"say\"}")) {
        await().until(() -> !leased(boss.look("upstreams/search")).isMissingNode());
        JsonNode view = boss.look("upstreams/search");
        String session = leased(view).path("session").asString();
        assertThat(view.at("/clientSessions/0/name").asString()).isEqualTo(session);
        assertThat(view.at("/clientSessions/0/identity").asString()).isEqualTo("user");
        assertThat(view.at("/upstreamSessions/0/sessions/0").asString()).isEqualTo(session);
        assertThat(view.at("/connections/inUse").asInt()).isEqualTo(1);
        assertThat(view.at("/connections/max").asInt()).isEqualTo(4);
        JsonNode one = boss.look("sessions/" + session);
        assertThat(one.at("/calls/0/method").asString()).isEqualTo("tools/call");
        assertThat(one.at("/upstreams/0/name").asString()).isEqualTo("search");
        String id = Objects.requireNonNull(client.session());
        for (String page :
            List.of("overview", "upstreams/search", "sessions", "sessions/" + session)) {
          assertThat(boss.get("/admin/api/" + page).body()).doesNotContain(id.substring(0, 6));
        }
        assertThat(boss.get("/admin/api/sessions/" + id).statusCode()).isEqualTo(404);
        server.release();
        assertThat(call.reply().response()).contains("one:say");
      }
    }
  }

  private static JsonNode leased(JsonNode upstream) {
    for (JsonNode connection : upstream.at("/pools/0/connections")) {
      if (connection.path("state").asString().equals("leased")
          && connection.path("session").isString()) {
        return connection;
      }
    }
    return upstream.path("nothing leased");
  }

  @Test
  void theOverviewShowsEachUpstreamAtAGlance() throws Exception {
    try (WireClient client = client()) {
      client.open("2025-11-25", "{}");
      JsonNode view = visitor().showing(WATCHER).look("overview");
      assertThat(view.path("state").asString()).isEqualTo("serving");
      assertThat(view.at("/sessions/open").asInt()).isEqualTo(1);
      JsonNode row = view.at("/upstreams/0");
      assertThat(row.path("name").asString()).isEqualTo("search");
      assertThat(row.path("status").asString()).isEqualTo("ok");
      assertThat(row.path("sessions").asInt()).isEqualTo(1);
      assertThat(row.path("breakers").asInt()).isZero();
      assertThat(row.at("/lastMinute/p99").isNull()).isTrue();
      assertThat(view.at("/ledger/machine/heap/limit").asLong()).isPositive();
    }
  }

  @Test
  void whatIsNotThereIsSaidSo() throws Exception {
    AdminClient boss = visitor().showing(BOSS).onItsPage();
    for (String view : List.of("upstreams/none", "sessions/s999", "upstreams/search/more")) {
      assertThat(boss.get("/admin/api/" + view).statusCode()).as(view).isEqualTo(404);
    }
    assertThat(boss.act("upstreams/search/explode", "{}")).startsWith("404 ");
    assertThat(boss.act("upstreams/none/drain", "{}")).startsWith("404 ").contains("\"none\"");
    assertThat(boss.act("sessions/s999/end", "{}")).startsWith("404 ");
    assertThat(boss.get("/admin/nothing.js").statusCode()).isEqualTo(404);
    assertThat(boss.get("/admin/api/upstreams/search/history?since=never").statusCode())
        .isEqualTo(400);
  }

  @Test
  void thatItCannotListenIsSaidByTheNameOfTheOption() {
    int taken = Objects.requireNonNull(gateway.gateway().adminAddress()).getPort();
    assertThatThrownBy(
            () -> TestGateway.serving("admin: { listen: \"127.0.0.1:" + taken + "\" }\n").close())
        .hasMessageContaining("admin.listen 127.0.0.1:" + taken);
  }

  @Test
  void withoutTheOptionThereIsNoListener() throws Exception {
    try (var without = TestGateway.serving("")) {
      assertThat(without.gateway().adminAddress()).isNull();
    }
  }
}
