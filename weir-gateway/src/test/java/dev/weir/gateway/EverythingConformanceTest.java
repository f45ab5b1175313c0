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

/**
 * The reference server knows few of the suite's tools, so most scenarios fail wherever it runs. It
 * shows what the gateway adds: the server checks neither Host nor Origin, the gateway does.
 */
@Timeout(400)
class EverythingConformanceTest {
  private static final String SUITE = "2025-11-25";
  private static final String REBINDING = "dns-rebinding-protection";

  @Test
  void theReferenceServerIsSafeFromDnsRebindingBehindTheGatewayAndNoWorseOtherwise()
      throws Exception {
    try (var everything = Peers.everythingHttp();
        var gateway =
            TestGateway.serving(
                "upstreams: { everything: { url: \"" + everything.url() + "\" } }")) {
      var directly = new Run(SUITE, everything.url());
      var behind = new Run(SUITE, gateway.url("/mcp/everything"));
      Map<Run, Conformance> found = Conformance.all(List.of(directly, behind));
      Conformance direct = Objects.requireNonNull(found.get(directly));
      Conformance through = Objects.requireNonNull(found.get(behind));

      assertThat(direct.scenarios()).hasSize(33);
      assertThat(direct.scenarios().size() - direct.failing().size())
          .as("scenarios without a failure at the server itself")
          .isGreaterThanOrEqualTo(10);
      assertThat(through.scenarios().keySet())
          .containsExactlyElementsOf(direct.scenarios().keySet());
      assertThat(direct.scenario(REBINDING).failed()).isPositive();
      assertThat(through.scenario(REBINDING).failed()).isZero();
      assertThat(through.scenario(REBINDING).passed()).isEqualTo(2);
      assertThat(through.worseThan(direct)).as(through.printed()).isEmpty();
    }
  }
}
