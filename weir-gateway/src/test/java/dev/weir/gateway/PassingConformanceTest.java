package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The official suite of 2026-07-28 at a modern server, first itself, then behind the gateway. */
@Timeout(400)
class PassingConformanceTest {
  private static final String SUITE = "2026-07-28";

  @Test
  void aModernServerBehindTheGatewayCannotBeToldFromTheServerItself() throws Exception {
    try (var fixture = Peers.fixtureHttp();
        var gateway =
            TestGateway.serving("upstreams: { modern: { url: \"" + fixture.url() + "\" } }")) {
      var directly = new Run(SUITE, fixture.url());
      var behind = new Run(SUITE, gateway.url("/mcp/modern"));
      Map<Run, Conformance> found = Conformance.all(List.of(directly, behind));
      Conformance direct = Objects.requireNonNull(found.get(directly));
      Conformance through = Objects.requireNonNull(found.get(behind));

      assertThat(through.scenarios()).hasSize(50);
      assertThat(through.worseThan(direct)).as(through.printed()).isEmpty();
    }
  }
}
