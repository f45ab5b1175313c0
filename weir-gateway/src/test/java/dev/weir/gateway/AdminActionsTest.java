package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.AdminClient;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** O3: what can be done on the dashboard, and what cannot. */
@Timeout(120)
class AdminActionsTest {
  /** Answers everything at once. */
  private static final String SERVER =
      """
      while read -r line; do case $line in *'"id":'*) id=${line#*'"id":'}; id=${id%%[,\\}]*}; printf '%s\\n' \
      '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{},\
      "serverInfo":{"name":"sh","version":"1"}}}';; esac; done""";

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler keeping = new Keeping();
  private final Logger log = Logger.getLogger("dev.weir.gateway.admin.dashboard.Operations");
  private ListingServer server;
  private TestGateway gateway;
  private AdminClient operator;

  private final class Keeping extends Handler {
    @Override
    public void publish(LogRecord record) {
      logged.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws Exception {
    log.addHandler(keeping);
    server = new ListingServer("one", "say");
    gateway =
        TestGateway.serving(
            """
            admin: { listen: 127.0.0.1:0 }
            upstreams:
              search: { url: "%s", pool: { max: 2 } }
              files: { command: %s, standby: { max: 3 } }
            """
                .formatted(server.url(), TestGateway.yamlList(List.of("sh", "-c", SERVER))));
    operator = AdminClient.of(gateway.gateway()).onItsPage();
  }

  @AfterEach
  void stop() {
    log.removeHandler(keeping);
    gateway.close();
    server.close();
  }

  private JsonNode upstream(String name) throws Exception {
    return operator.look("upstreams/" + name);
  }

  private String act(String action) throws Exception {
    return operator.act(action, "{}");
  }

  private int open(String upstream) throws Exception {
    try (var client = new WireClient(URI.create(gateway.url("/mcp/" + upstream)))) {
      return client.open("2025-11-25", "{}").status();
    }
  }

  @Test
  void aDrainedUpstreamTakesNobodyNewAndWhoIsOnItGoesOn() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/search"))) {
      assertThat(act("upstreams/search/drain")).startsWith("200 ").contains("1 client sessions");
      assertThat(open("search")).isEqualTo(503);
      assertThat(client.text("say", "{}")).isEqualTo("one:say");
      assertThat(upstream("search").path("state").asString()).isEqualTo("drained");
      assertThat(gateway.page("/healthz")).contains("drained: it takes nobody new");
      assertThat(upstream("search").path("actions").toString())
          .contains("resume")
          .doesNotContain("drain");
      assertThat(act("upstreams/search/drain")).startsWith("409 ").contains("drained already");
      assertThat(operator.act("upstreams/search/pre-warm", "{\"number\":1}"))
          .startsWith("409 ")
          .contains("resume it first");
      assertThat(act("upstreams/search/resume")).startsWith("200 ");
      assertThat(open("search")).isEqualTo(200);
      assertThat(act("upstreams/search/resume")).startsWith("409 ").contains("not drained");
    }
  }

  @Test
  void aDrainedUpstreamKeepsNothingReady() throws Exception {
    assertThat(operator.act("upstreams/files/pre-warm", "{\"number\":2}")).startsWith("200 ");
    await().until(() -> upstream("files").path("ready").asInt() == 2);
    act("upstreams/files/drain");
    await().until(() -> upstream("files").path("ready").asInt() == 0);
    act("upstreams/files/resume");
    await().until(() -> upstream("files").path("ready").asInt() == 2);
  }

  @Test
  void preWarmedProcessesAreThereForTheNextClientsAndNoMoreThanMayBe() throws Exception {
    assertThat(operator.act("upstreams/files/pre-warm", "{\"number\":4}"))
        .startsWith("409 ")
        .contains("3 in its standby at most");
    assertThat(operator.act("upstreams/files/resize", "{\"min\":0,\"max\":4}")).startsWith("200 ");
    assertThat(operator.act("upstreams/files/pre-warm", "{\"number\":4}")).startsWith("200 ");
    await().until(() -> upstream("files").path("ready").asInt() == 4);
    assertThat(open("files")).isEqualTo(200);
    assertThat(
            gateway.metric(
                "weir_upstream_standby_taken_total{from=\"started\",upstream=\"files\"}"))
        .isEqualTo(1);
  }

  @Test
  void preWarmedSocketsAreOpenBeforeTheFirstCall() throws Exception {
    assertThat(operator.act("upstreams/search/pre-warm", "{\"number\":2}"))
        .isEqualTo("200 upstream \"search\": 2 sockets are open and idle");
    assertThat(upstream("search").at("/connections/idle").asInt()).isEqualTo(2);
    assertThat(operator.act("upstreams/search/pre-warm", "{\"number\":3}")).startsWith("409 ");
    server.close();
    act("upstreams/search/recycle");
    await().until(() -> upstream("search").at("/connections/idle").asInt() == 0);
    assertThat(operator.act("upstreams/search/pre-warm", "{\"number\":1}"))
        .startsWith("409 ")
        .contains("0 sockets could be opened of 1");
  }

  @Test
  void recyclingReplacesWhatIsIdleAndWhatIsReadyAndFailsNobody() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/search"))) {
      client.text("say", "{}");
      List<Long> before = sockets();
      assertThat(act("upstreams/search/recycle")).startsWith("200 ");
      assertThat(client.text("say", "{}")).isEqualTo("one:say");
      await().until(() -> sockets().stream().noneMatch(before::contains));
    }
    operator.act("upstreams/files/pre-warm", "{\"number\":1}");
    await().until(() -> upstream("files").path("ready").asInt() == 1);
    assertThat(act("upstreams/files/recycle")).contains("1 that were ready are replaced");
    await().until(() -> upstream("files").path("ready").asInt() == 1);
  }

  private List<Long> sockets() throws Exception {
    List<Long> ids = new ArrayList<>();
    upstream("search")
        .at("/pools/0/connections")
        .forEach(connection -> ids.add(connection.path("id").asLong()));
    return ids;
  }

  @Test
  void aPoolHasOtherBoundsFromThenOnAndOnlyThoseThatCanBe() throws Exception {
    assertThat(operator.act("upstreams/search/resize", "{\"of\":\"pool\",\"min\":1,\"max\":7}"))
        .isEqualTo("200 the pool of sockets of upstream \"search\" has 1 to 7");
    assertThat(upstream("search").at("/sizes/pool/max").asInt()).isEqualTo(7);
    assertThat(upstream("search").at("/connections/max").asInt()).isEqualTo(7);
    for (String wrong :
        List.of(
            "{\"min\":3,\"max\":2}",
            "{\"min\":0,\"max\":0}",
            "{\"min\":-1,\"max\":2}",
            "{\"min\":0}",
            "{\"min\":0,\"max\":\"2\"}",
            "{\"min\":0,\"max\":1000000}",
            "{\"of\":\"cellar\",\"min\":0,\"max\":2}",
            "[1",
            "")) {
      assertThat(operator.act("upstreams/search/resize", wrong)).as(wrong).startsWith("400 ");
    }
    assertThat(operator.act("upstreams/search/resize", "{\"of\":\"standby\",\"min\":0,\"max\":2}"))
        .startsWith("409 ")
        .contains("it has pool");
    assertThat(upstream("search").at("/sizes/pool/max").asInt()).isEqualTo(7);
  }

  @Test
  void whatIsInThisProcessHasNothingToReplaceOrToResize() throws Exception {
    try (var demo = TestGateway.serving("admin: { listen: 127.0.0.1:0 }\n")) {
      AdminClient here = AdminClient.of(demo.gateway()).onItsPage();
      assertThat(here.look("upstreams/demo").path("actions").toString()).isEqualTo("[\"drain\"]");
      for (String action : List.of("recycle", "pre-warm", "resize")) {
        assertThat(here.act("upstreams/demo/" + action, "{\"number\":1,\"min\":0,\"max\":1}"))
            .startsWith("409 upstream \"demo\" has nothing to ");
      }
    }
  }

  @Test
  void aSessionThatIsEndedIsToldSoAndItsProcessEnds() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/files"))) {
      String name = upstream("files").at("/clientSessions/0/name").asString();
      assertThat(act("sessions/" + name + "/end")).isEqualTo("200 session " + name + " is ended");
      assertThat(client.wire().call("ping", null).status()).isEqualTo(404);
      assertThat(act("sessions/" + name + "/end")).startsWith("404 ");
      await().until(() -> upstream("files").path("upstreamSessions").isEmpty());
      assertThat(gateway.metric("weir_sessions_ended_total{cause=\"operator\"}")).isEqualTo(1);
    }
  }

  @Test
  void anActionThatAPageOfSomebodyElseSendsIsRefused() throws Exception {
    AdminClient stranger = AdminClient.of(gateway.gateway());
    String action = "upstreams/search/drain";
    assertThat(stranger.act(action, "{}")).startsWith("403 ").contains("X-Weir-Page");
    assertThat(stranger.with("X-Weir-Page", "guessed").act(action, "{}")).startsWith("403 ");
    for (String origin :
        List.of(
            "http://localhost:3000", "http://127.0.0.1:1", "https://evil.example.com", "null")) {
      assertThat(operator.with("Origin", origin).act(action, "{}")).as(origin).startsWith("403 ");
    }
    for (String site : List.of("cross-site", "same-site")) {
      assertThat(operator.with("Sec-Fetch-Site", site).act(action, "{}"))
          .as(site)
          .startsWith("403 ");
      assertThat(stranger.with("Sec-Fetch-Site", site).get("/admin/api/me").statusCode())
          .isEqualTo(403);
    }
    assertThat(operator.get("/admin/api/" + action).statusCode()).isEqualTo(404);
    assertThat(upstream("search").path("state").asString()).isEqualTo("served");
    assertThat(
            operator
                .with("Origin", operator.base())
                .with("Sec-Fetch-Site", "same-origin")
                .act(action, "{}"))
        .startsWith("200 ");
  }

  @Test
  void eachActionIsInTheLogWithWhoDidItAndWhatCameOfIt() throws Exception {
    act("upstreams/search/drain");
    act("upstreams/search/drain");
    operator.act("upstreams/search/resize", "{\"of\":\"a\\nb\",\"min\":0,\"max\":1}");
    assertThat(logged).hasSize(3);
    assertThat(logged.get(0))
        .isEqualTo(
            "dashboard: \"anonymous\" at 127.0.0.1: upstreams/search/drain: upstream \"search\" takes"
                + " nobody new; 0 client sessions are still on it");
    assertThat(logged.get(1)).contains("refused, ").contains("drained already");
    assertThat(logged.get(2)).contains("refused, ").doesNotContain("\n");
  }
}
