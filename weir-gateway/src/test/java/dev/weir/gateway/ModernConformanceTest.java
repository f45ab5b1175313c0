package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
import dev.weir.gateway.kit.TestGateway;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official suite for 2026-07-28 against the gateway, in front of a server that knows clients
 * with sessions only: what the gateway answers must be a modern server, but for the exceptions of
 * {@link SuiteRun}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ModernConformanceTest {
  /** What the checks say that have limits of their own, when these are over. */
  private static final Pattern NOTHING_CAME_IN_TIME =
      Pattern.compile(": (Failed to |.*failed to |.*carried no notification)");

  private final Map<SuiteRun, Conformance> found = new EnumMap<>(SuiteRun.class);

  @BeforeAll
  void runTheSuite() throws Exception {
    try (PeerServer fixture = Peers.legacyFixtureHttp();
        var gateway =
            TestGateway.serving(
                """
                upstreams:
                  http: { url: "%s" }
                  stdio: { command: %s }
                """
                    .formatted(fixture.url(), TestGateway.yamlList(Peers.fixtureStdio())))) {
      SuiteRun first = SuiteRun.MODERN_CLIENTS_LEGACY_HTTP;
      SuiteRun second = SuiteRun.MODERN_CLIENTS_LEGACY_STDIO;
      var http = new Run(first.suite(), gateway.url("/mcp/http"));
      var stdio = new Run(second.suite(), gateway.url("/mcp/stdio"));
      Map<Run, Conformance> results = Conformance.all(List.of(http, stdio));
      found.put(first, Objects.requireNonNull(results.get(http)));
      found.put(second, Objects.requireNonNull(results.get(stdio)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MODERN_CLIENTS_LEGACY_.*", mode = EnumSource.Mode.MATCH_ALL)
  void aLegacyServerBehindTheGatewayIsAModernOne(SuiteRun run) {
    Conformance suite = Objects.requireNonNull(found.get(run));
    assertThat(suite.scenarios()).hasSize(run.scenarios());
    assertThat(suite.failing()).as(suite.printed()).allMatch(run::excepts);
    assertThat(suite.printed().lines().map(String::strip))
        .filteredOn(line -> line.startsWith("failure sep-2575-"))
        .filteredOn(line -> !NOTHING_CAME_IN_TIME.matcher(line).find())
        .allMatch(
            line ->
                line.contains("server-rejects-undeclared-capability")
                    || line.contains("missing-capability-http-400"));
  }
}
