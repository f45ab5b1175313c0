package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official suite for 2026-07-28 against the gateway, in front of a server that knows clients
 * with sessions only: what the gateway answers must be a modern server.
 *
 * <p>What it cannot be, for reasons that are in {@code docs/bridge.md}:
 *
 * <ul>
 *   <li>{@code tasks-*}: an extension, not scored, that the server behind does not have either.
 *   <li>{@code http-custom-header-server-validation}: not scored; {@code Mcp-Param-*} mirror what
 *       the gateway does not route by and a legacy server never sees.
 *   <li>{@code input-required-result-basic-elicitation}: wants the key of a question that the
 *       server chose; legacy questions have no keys, so the gateway chooses them.
 *   <li>{@code server-stateless}: two of its checks, for the server behind is told that the client
 *       cannot be asked, and answers for itself that it cannot go on. Others of them have limits of
 *       half a second, within which a process does not always start.
 *   <li>{@code input-required-result-multiple-input-requests}: wants several questions in one
 *       round; on a machine that is slow enough the last ones are asked in another.
 * </ul>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ModernConformanceTest {
  private static final String SUITE = "2026-07-28";

  /** What the checks say that have limits of their own, when these are over. */
  private static final Pattern NOTHING_CAME_IN_TIME =
      Pattern.compile(": (Failed to |.*failed to |.*carried no notification)");

  private final Map<String, Conformance> found = new HashMap<>();

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
      var http = new Run(SUITE, gateway.url("/mcp/http"));
      var stdio = new Run(SUITE, gateway.url("/mcp/stdio"));
      Conformance.all(List.of(http, stdio)).forEach((run, result) -> found.put(run.url(), result));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp/http", "/mcp/stdio"})
  void aLegacyServerBehindTheGatewayIsAModernOne(String path) {
    Conformance suite =
        found.entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(path))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    assertThat(suite.scenarios()).hasSizeGreaterThanOrEqualTo(50);
    assertThat(suite.failing())
        .as(suite.printed())
        .filteredOn(scenario -> !scenario.startsWith("tasks-"))
        .isSubsetOf(
            "http-custom-header-server-validation",
            "input-required-result-basic-elicitation",
            "input-required-result-multiple-input-requests",
            "server-stateless");
    assertThat(suite.printed().lines().map(String::strip))
        .filteredOn(line -> line.startsWith("failure sep-2575-"))
        .filteredOn(line -> !NOTHING_CAME_IN_TIME.matcher(line).find())
        .allMatch(
            line ->
                line.contains("server-rejects-undeclared-capability")
                    || line.contains("missing-capability-http-400"));
  }
}
