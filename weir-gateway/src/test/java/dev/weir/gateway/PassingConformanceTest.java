package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The official suite of 2026-07-28 at a modern server, first itself, then behind the gateway. */
@Timeout(400)
class PassingConformanceTest {
  private static final SuiteRun RUN = SuiteRun.MODERN_HTTP;

  @Test
  void aModernServerBehindTheGatewayCannotBeToldFromTheServerItself() throws Exception {
    try (var fixture = Peers.fixtureHttp();
        var gateway =
            TestGateway.serving("upstreams: { modern: { url: \"" + fixture.url() + "\" } }")) {
      warmUp(gateway.url("/mcp/modern"));
      var directly = new Run(RUN.suite(), fixture.url());
      var behind = new Run(RUN.suite(), gateway.url("/mcp/modern"));
      Map<Run, Conformance> found = Conformance.all(List.of(directly, behind));
      Conformance direct = Objects.requireNonNull(found.get(directly));
      Conformance through = Objects.requireNonNull(found.get(behind));

      assertThat(through.scenarios()).hasSize(RUN.scenarios());
      assertThat(through.worseThan(direct)).as(through.printed()).isEmpty();
    }
  }

  /** Some checks have limits of half a second, and the first requests of a JVM load its classes. */
  private static void warmUp(String url) throws IOException {
    try (var client = new ModernClient(url);
        WireExchange stream = client.begin("subscriptions/listen", "{\"notifications\":{}}")) {
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("acknowledged");
      assertThat(client.call("test_simple_text", "{}").path("resultType").asString())
          .isEqualTo("complete");
    }
  }
}
