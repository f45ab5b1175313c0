package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.MoodyServers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An upstream with several endpoints, as a client and an operator see it. */
@Timeout(120)
class EndpointsTest {
  @RegisterExtension final MoodyServers servers = new MoodyServers();

  private TestGateway gateway(String options, URI... urls) throws IOException {
    return servers.kept(
        TestGateway.serving(
            """
            upstreams:
              search:
                urls: %s
                pool: { max: 2 }
            %s
            """
                .formatted(
                    TestGateway.yamlList(Arrays.stream(urls).map(URI::toString).toList()),
                    options.indent(4))));
  }

  private ToolClient open(TestGateway gateway) throws IOException {
    return servers.kept(ToolClient.open(gateway.url("/mcp/search")));
  }

  private static String where(ToolClient client) throws IOException {
    return client.text("where", "{}");
  }

  private static JsonNode endpoint(TestGateway gateway, int index) throws IOException {
    return JsonMapper.shared()
        .readTree(gateway.page("/api/v1/status"))
        .path("upstreams")
        .path(0)
        .path("endpoints")
        .path(index);
  }

  @Test
  void sessionsAreSpreadAndEachStaysWhereItBegan() throws Exception {
    TestGateway gateway = gateway("", servers.a.url(), servers.b.url(), servers.c.url());
    List<ToolClient> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(open(gateway));
    }
    for (int round = 0; round < 3; round++) {
      List<String> places = new ArrayList<>();
      for (ToolClient client : clients) {
        places.add(where(client));
      }
      assertThat(places).containsExactly("a", "b", "c", "a", "b", "c");
    }
  }

  @Test
  void balanceSaysWhoIsNext() throws Exception {
    TestGateway gateway = gateway("balance: least-loaded", servers.a.url(), servers.b.url());
    open(gateway);
    ToolClient second = open(gateway);
    open(gateway);
    second.delete();
    await()
        .atMost(Patience.LIMIT)
        .until(() -> endpoint(gateway, 1).path("sessionsOpen").asInt() == 0);
    assertThat(where(open(gateway))).isEqualTo("b");
    assertThat(where(open(gateway))).as("it would be the turn of a").isEqualTo("b");
  }

  @Test
  void noClientNoticesThatAnEndpointIsDownFromTheStart() throws Exception {
    try (Socket held = MoodyServer.nowhere()) {
      TestGateway gateway =
          gateway("", MoodyServer.url(held.getLocalPort()), servers.b.url(), servers.c.url());
      for (int i = 0; i < 10; i++) {
        assertThat(where(open(gateway))).isIn("b", "c");
      }
      assertThat(endpoint(gateway, 0).path("state").asString()).isEqualTo("ejected");
      assertThat(gateway.metric("weir_upstream_endpoints{state=\"ejected\",upstream=\"search\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void anEjectedEndpointComesBackWhenItIsWell() throws Exception {
    TestGateway gateway =
        gateway(
            "ejection: { failures: 2, time: 200ms }",
            servers.a.is(Mood.SICK).url(),
            servers.b.url());
    for (int i = 0; i < 4; i++) {
      assertThat(where(open(gateway))).isEqualTo("b");
    }
    assertThat(
            gateway.metric(
                "weir_upstream_ejections_total{endpoint=\""
                    + servers.a.place()
                    + "\",upstream=\"search\"}"))
        .isPositive();
    servers.a.is(Mood.WELL);
    await().atMost(Patience.LIMIT).until(() -> where(open(gateway)).equals("a"));
    assertThat(endpoint(gateway, 0).path("state").asString()).isEqualTo("healthy");
  }

  @Test
  void whenNoEndpointServesTheClientIsToldTheStateOfEach() throws Exception {
    try (Socket held = MoodyServer.nowhere()) {
      TestGateway gateway =
          gateway("", MoodyServer.url(held.getLocalPort()), servers.b.is(Mood.SICK).url());
      try (var client = new WireClient(URI.create(gateway.url("/mcp/search")))) {
        WireClient.Reply reply = client.open("2025-11-25", "{}");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("Retry-After")).isNotNull();
        assertThat(reply.body())
            .contains("\"cause\":\"unavailable\"", "none of its 2 endpoints took it")
            .contains("127.0.0.1:" + held.getLocalPort() + " (healthy, 1 failed in a row)")
            .contains(servers.b.place() + " (healthy, 1 failed in a row): HTTP 503");
      }
    }
  }

  @Test
  void aSessionWhoseEndpointIsGoneGoesOnElsewhere() throws Exception {
    TestGateway gateway = gateway("ejection: { failures: 2 }", servers.a.url(), servers.b.url());
    ToolClient client = open(gateway);
    assertThat(where(client)).isEqualTo("a");
    servers.a.close();
    // Until the endpoint is ejected, its sessions are told to come again.
    await().until(() -> client.call("where", "{}").status() == 200);
    assertThat(where(client)).isEqualTo("b");
  }

  @Test
  void thePagesShowEachEndpointByHostAndPortAlone() throws Exception {
    TestGateway gateway =
        gateway(
            "",
            URI.create(servers.a.url() + "?key=hunter2"),
            servers.b.url(),
            URI.create(servers.b.url() + "?key=hunter2"));
    ToolClient client = open(gateway);
    assertThat(where(client)).isEqualTo("a");
    open(gateway);

    JsonNode first = endpoint(gateway, 0);
    assertThat(first.path("place").asString()).isEqualTo(servers.a.place());
    assertThat(first.path("state").asString()).isEqualTo("healthy");
    assertThat(first.path("sessionsOpen").asInt()).isEqualTo(1);
    assertThat(first.path("requestsInFlight").asInt()).isZero();
    assertThat(endpoint(gateway, 2).path("place").asString()).isEqualTo(servers.b.place() + "#2");
    assertThat(
            gateway.metric(
                "weir_upstream_endpoint_sessions{endpoint=\""
                    + servers.a.place()
                    + "\",upstream=\"search\"}"))
        .isEqualTo(1);
    assertThat(gateway.metric("weir_upstream_connection_max{upstream=\"search\"}"))
        .as("two for each origin")
        .isEqualTo(4);
    assertThat(gateway.metric("weir_upstream_connection_opened_total{upstream=\"search\"}"))
        .as("of both origins")
        .isGreaterThanOrEqualTo(2);
    assertThat(gateway.page("/api/v1/status") + gateway.page("/metrics")).doesNotContain("hunter2");
  }
}
