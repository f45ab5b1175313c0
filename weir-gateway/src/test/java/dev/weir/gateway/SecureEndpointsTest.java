package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Endpoints over TLS. Whom the gateway trusts is the business of its JVM. */
@Timeout(300)
class SecureEndpointsTest {
  private static final String LOOPBACK = "IP:127.0.0.1";

  @TempDir private Path directory;

  private SelfMade certificate(String name, String names) throws Exception {
    return SelfMade.in(Files.createDirectory(directory.resolve(name)), names);
  }

  private static GatewayProcess gateway(SelfMade trusted, URI... urls) throws IOException {
    List<String> all = Stream.of(urls).map(URI::toString).toList();
    return GatewayProcess.serving(
        "upstreams: { search: { urls: " + TestGateway.yamlList(all) + " } }",
        "-Djavax.net.ssl.trustStore=" + trusted.store(),
        "-Djavax.net.ssl.trustStorePassword=" + SelfMade.PASSWORD);
  }

  /** Where sessions begin, each of which calls twice. */
  private static List<String> begin(GatewayProcess gateway, int sessions) throws IOException {
    List<String> places = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      try (var client = ToolClient.open(gateway.url("/mcp/search"))) {
        String place = client.text("where", "{}");
        assertThat(client.text("where", "{}")).isEqualTo(place);
        places.add(place);
      }
    }
    return places;
  }

  private static JsonNode endpoint(GatewayProcess gateway, int index) throws IOException {
    return JsonMapper.shared()
        .readTree(gateway.page("/api/v1/status"))
        .at("/upstreams/0/endpoints/" + index);
  }

  @Test
  void sessionsAreSpreadOverEndpointsThatAreTrustedAndAnyOtherIsPassedOver() throws Exception {
    SelfMade known = certificate("known", LOOPBACK);
    SelfMade stranger = certificate("stranger", LOOPBACK);
    try (var a = MoodyServer.secure("a", known.context());
        var b = MoodyServer.secure("b", known.context());
        var impostor = MoodyServer.secure("impostor", stranger.context());
        Socket held = MoodyServer.nowhere();
        var gateway =
            gateway(
                known,
                a.url(),
                impostor.url(),
                b.url(),
                URI.create("https://127.0.0.1:" + held.getLocalPort() + "/mcp"))) {
      assertThat(begin(gateway, 12)).containsOnly("a", "b").contains("a", "b");
      assertThat(impostor.asked()).as("nothing was said to it").isZero();
      assertThat(endpoint(gateway, 0).path("state").asString()).isEqualTo("healthy");
      assertThat(endpoint(gateway, 1).path("state").asString()).isEqualTo("ejected");
      assertThat(endpoint(gateway, 3).path("state").asString()).isEqualTo("ejected");
    }
  }

  @Test
  void aCertificateForAnotherHostIsNotTrustedAndTheClientIsToldWhy() throws Exception {
    SelfMade elsewhere = certificate("elsewhere", "DNS:elsewhere.example");
    try (var a = MoodyServer.secure("a", elsewhere.context());
        var b = MoodyServer.secure("b", elsewhere.context());
        var gateway = gateway(elsewhere, a.url(), b.url());
        var client = new WireClient(URI.create(gateway.url("/mcp/search")))) {
      WireClient.Reply reply = client.open("2025-11-25", "{}");
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.body())
          .contains("none of its 2 endpoints took it", a.place(), b.place(), "127.0.0.1 found");
      assertThat(a.asked() + b.asked()).isZero();
    }
  }
}
