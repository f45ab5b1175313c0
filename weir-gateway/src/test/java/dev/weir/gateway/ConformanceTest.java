package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Conformance;
import dev.weir.gateway.kit.Conformance.Run;
import dev.weir.gateway.kit.Conformance.Scenario;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The official suites for protocol versions with sessions, against a server that passes all of
 * them: first the server itself, then the same server behind the gateway, on both wires.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class ConformanceTest {
  private static final List<String> SUITES = List.of("0.1.16", "2025-11-25");

  /**
   * What the suites judge only at event streams of the server's own, which a server over stdio does
   * not have: no check fails, but these are not judged.
   *
   * <ul>
   *   <li>{@code server-sse-polling}: the server closes the stream of a call and is asked for the
   *       rest. Nothing closes a stream here, so the call's answer is a plain body.
   *   <li>{@code server-sse-multiple-streams}: that several requests at once are accepted is judged
   *       here too, that their streams work is not: with nothing before the answer there are none.
   * </ul>
   */
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
  @CsvSource({"0.1.16, 32", "2025-11-25, 33"})
  void theFixtureItselfFailsNoCheckOfASuiteThatRanWhole(String suite, int scenarios) {
    Conformance direct = found(directly, suite);
    assertThat(direct.scenarios()).hasSize(scenarios);
    assertThat(direct.failing()).as(direct.printed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0.1.16, 32", "2025-11-25, 33"})
  void aServerOverHttpBehindTheGatewayCannotBeToldFromTheServerItself(String suite, int scenarios) {
    Conformance through = found(overHttp, suite);
    assertThat(through.scenarios()).hasSize(scenarios);
    assertThat(through.scenarios())
        .as(through.printed())
        .containsExactlyEntriesOf(found(directly, suite).scenarios());
  }

  @ParameterizedTest
  @CsvSource({"0.1.16, 32", "2025-11-25, 33"})
  void aServerOverStdioBehindTheGatewayBecomesAWholeHttpServer(String suite, int scenarios) {
    Conformance through = found(overStdio, suite);
    assertThat(through.scenarios()).hasSize(scenarios);
    assertThat(through.failing()).as(through.printed()).isEmpty();
    var expected = new LinkedHashMap<>(found(directly, suite).scenarios());
    expected.putAll(JUDGED_ONLY_AT_STREAMS);
    assertThat(through.scenarios()).containsExactlyEntriesOf(expected);
  }

  private static Conformance found(Map<String, Conformance> results, String suite) {
    Conformance conformance = results.get(suite);
    if (conformance == null) {
      throw new AssertionError("suite " + suite + " did not run");
    }
    return conformance;
  }
}
