package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.SuiteRun;
import dev.weir.gateway.kit.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The client scenarios of the official suite: each is a server that judges what a client sends. The
 * client is on the official TypeScript SDK; first it speaks with that server itself, then through a
 * gateway, which so stands as a client before servers that nobody here wrote.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ClientConformanceTest {
  private final List<TestGateway> gateways = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer front;

  /** Gives each scenario a gateway of its own, since each has a server of its own. */
  @BeforeAll
  void start() throws IOException {
    front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    front.setExecutor(threads);
    front.createContext("/", this::gatewayFor);
    front.start();
  }

  @AfterAll
  void stop() {
    if (front != null) {
      front.stop(0);
    }
    threads.shutdownNow();
    gateways.forEach(TestGateway::close);
  }

  private void gatewayFor(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = Objects.requireNonNull(exchange.getRequestURI().getRawQuery());
      String server = URLDecoder.decode(query.substring("url=".length()), StandardCharsets.UTF_8);
      var gateway = TestGateway.serving("upstreams: { suite: { url: \"%s\" } }".formatted(server));
      gateways.add(gateway);
      byte[] url = gateway.url("/mcp/suite").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, url.length);
      exchange.getResponseBody().write(url);
    }
  }

  private URI frontUrl() {
    return URI.create("http://127.0.0.1:" + front.getAddress().getPort() + "/");
  }

  @ParameterizedTest
  @EnumSource(names = {"LEGACY_CLIENT", "MODERN_CLIENT"})
  void aServerSeesThroughTheGatewayWhatItSeesFromTheClientItself(SuiteRun run) throws Exception {
    Conformance direct = Conformance.ofClient(run.suite(), null);
    assertThat(direct.scenarios()).hasSize(run.scenarios());
    int before = gateways.size();
    Conformance through = Conformance.ofClient(run.suite(), frontUrl());
    assertThat(gateways).hasSize(before + run.scenarios());
    assertThat(through.scenarios())
        .as(through.printed())
        .containsExactlyEntriesOf(direct.scenarios());
  }
}
