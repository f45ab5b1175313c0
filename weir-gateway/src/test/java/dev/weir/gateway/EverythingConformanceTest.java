package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
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
  private static final SuiteRun RUN = SuiteRun.EVERYTHING;

  @Test
  void theReferenceServerIsSafeFromDnsRebindingBehindTheGatewayAndNoWorseOtherwise()
      throws Exception {
    try (var everything = Peers.everythingHttp();
        var gateway =
            TestGateway.serving(
                "upstreams: { everything: { url: \"" + everything.url() + "\" } }")) {
      var directly = new Run(RUN.suite(), everything.url());
      var behind = new Run(RUN.suite(), gateway.url("/mcp/everything"));
      Map<Run, Conformance> found = Conformance.all(List.of(directly, behind));
      Conformance direct = Objects.requireNonNull(found.get(directly));
      Conformance through = Objects.requireNonNull(found.get(behind));

      assertThat(direct.scenarios()).hasSize(RUN.scenarios());
      assertThat(direct.scenarios().size() - direct.failing().size())
          .as("scenarios without a failure at the server itself")
          .isGreaterThanOrEqualTo(10);
      assertThat(through.scenarios().keySet())
          .containsExactlyElementsOf(direct.scenarios().keySet());
      String rebinding = RUN.exceptions().firstEntry().getKey();
      assertThat(direct.scenario(rebinding).failed()).isPositive();
      assertThat(through.scenario(rebinding).failed()).isZero();
      assertThat(through.scenario(rebinding).passed()).isEqualTo(2);
      assertThat(through.worseThan(direct)).as(through.printed()).isEmpty();
    }
  }
}
