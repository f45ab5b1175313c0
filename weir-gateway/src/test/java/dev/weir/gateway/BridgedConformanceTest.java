package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
import dev.weir.gateway.kit.TestGateway;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The official suite for clients with sessions, at a server that knows none: what the gateway puts
 * before it must be a whole server of 2025-11-25.
 */
@Timeout(400)
class BridgedConformanceTest {
  private static final SuiteRun RUN = SuiteRun.LEGACY_CLIENTS_MODERN_SERVER;

  @Test
  void aModernServerBehindTheGatewayBecomesAWholeLegacyServer() throws Exception {
    try (var both = Peers.fixtureHttp();
        var modern = Peers.fixtureModern();
        var gateway =
            TestGateway.serving("upstreams: { modern: { url: \"" + modern.url() + "\" } }")) {
      var directly = new Run(RUN.suite(), both.url());
      var behind = new Run(RUN.suite(), gateway.url("/mcp/modern"));
      Map<Run, Conformance> found = Conformance.all(List.of(directly, behind));
      Conformance direct = Objects.requireNonNull(found.get(directly));
      Conformance through = Objects.requireNonNull(found.get(behind));

      assertThat(through.scenarios()).hasSize(RUN.scenarios());
      assertThat(through.failing()).as(through.printed()).isEmpty();
      // Event ids are what the modern era has none of.
      var expected = new LinkedHashMap<>(direct.scenarios());
      expected.putAll(ConformanceTest.JUDGED_ONLY_AT_STREAMS);
      assertThat(through.scenarios()).containsExactlyEntriesOf(expected);
      assertThat(RUN.exceptions())
          .containsOnlyKeys(ConformanceTest.JUDGED_ONLY_AT_STREAMS.keySet());
    }
  }
}
