package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.Conformance.Scenario;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
import dev.weir.gateway.kit.TestGateway;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official suites for protocol versions with sessions, against a server that passes all of
 * them: first the server itself, then the same server behind the gateway, on both wires.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ConformanceTest {
  private static final List<String> SUITES =
      List.of(SuiteRun.OLD_HTTP.suite(), SuiteRun.LEGACY_HTTP.suite());

  /** What is left of the scenarios that are judged at event streams; no check of them fails. */
  static final Map<String, Scenario> JUDGED_ONLY_AT_STREAMS =
      Map.of(
          "server-sse-polling", new Scenario(0, 0, 0),
          "server-sse-multiple-streams", new Scenario(1, 0, 0));

  private final Map<String, Conformance> directly = new LinkedHashMap<>();
  private final Map<String, Conformance> overHttp = new LinkedHashMap<>();
  private final Map<String, Conformance> overStdio = new LinkedHashMap<>();

  @BeforeAll
  void runEverySuiteAtEveryUrl() throws Exception {
    try (var fixture = Peers.fixtureHttp();
        var gateway =
            TestGateway.serving(
                """
                upstreams:
                  fixture: { url: "%s" }
                  fixture-stdio: { command: %s }
                """
                    .formatted(fixture.url(), TestGateway.yamlList(Peers.fixtureStdio())))) {
      List<Run> runs = new ArrayList<>();
      for (String suite : SUITES) {
        runs.add(new Run(suite, fixture.url()));
        runs.add(new Run(suite, gateway.url("/mcp/fixture")));
        runs.add(new Run(suite, gateway.url("/mcp/fixture-stdio")));
      }
      Map<Run, Conformance> found = Conformance.all(runs);
      for (String suite : SUITES) {
        directly.put(suite, found.get(new Run(suite, fixture.url())));
        overHttp.put(suite, found.get(new Run(suite, gateway.url("/mcp/fixture"))));
        overStdio.put(suite, found.get(new Run(suite, gateway.url("/mcp/fixture-stdio"))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OLD_HTTP", "LEGACY_HTTP"})
  void theFixtureItselfFailsNoCheckOfASuiteThatRanWhole(SuiteRun run) {
    Conformance direct = found(directly, run);
    assertThat(direct.scenarios()).hasSize(run.scenarios());
    assertThat(direct.failing()).as(direct.printed()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"OLD_HTTP", "LEGACY_HTTP"})
  void aServerOverHttpBehindTheGatewayCannotBeToldFromTheServerItself(SuiteRun run) {
    Conformance through = found(overHttp, run);
    assertThat(through.scenarios()).hasSize(run.scenarios());
    assertThat(through.scenarios())
        .as(through.printed())
        .containsExactlyEntriesOf(found(directly, run).scenarios());
  }

  @ParameterizedTest
  @EnumSource(names = {"OLD_STDIO", "LEGACY_STDIO"})
  void aServerOverStdioBehindTheGatewayBecomesAWholeHttpServer(SuiteRun run) {
    Conformance through = found(overStdio, run);
    assertThat(through.scenarios()).hasSize(run.scenarios());
    assertThat(through.failing()).as(through.printed()).isEmpty();
    var expected = new LinkedHashMap<>(found(directly, run).scenarios());
    expected.putAll(JUDGED_ONLY_AT_STREAMS);
    assertThat(through.scenarios()).containsExactlyEntriesOf(expected);
    assertThat(run.exceptions()).containsOnlyKeys(JUDGED_ONLY_AT_STREAMS.keySet());
  }

  private static Conformance found(Map<String, Conformance> results, SuiteRun run) {
    Conformance conformance = results.get(run.suite());
    if (conformance == null) {
      throw new AssertionError("suite " + run.suite() + " did not run");
    }
    return conformance;
  }
}
