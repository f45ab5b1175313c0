package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.SuiteRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/conformance.md} says what the conformance tests hold the gateway to; {@code
 * -Ddocs=write} rewrites it.
 */
class ConformancePageTest {
  private static final Path PAGE = Peers.root().resolve("docs/conformance.md");

  private static final String HEAD =
      """
      # Conformance

      The official conformance suites of MCP, run by every build: first against a server (or from a client) itself, then with Weir in between. Both results are
      compared, check by check. "As directly" means that no check comes out worse through Weir.

      This page is made from what the tests hold Weir to: `mvn -Djdk.floor='[17,)' -pl weir-gateway -am test -Dtest='*Conformance*Test' -Dsurefire.failIfNoSpecifiedTests=false` runs them.

      | suite | in front of | scenarios | as directly | otherwise |
      |---|---|---:|---:|---|
      """;

  @Test
  void thePageSaysWhatTheTestsDemand() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    Map<String, String> reasons = new TreeMap<>();
    for (SuiteRun run : SuiteRun.values()) {
      String side = run.isOfClients() ? "clients" : "servers";
      String otherwise = String.join(", ", run.exceptions().keySet());
      boolean isFamily = otherwise.contains("*");
      page.append(
          "| %s, %s | %s | %d | %s | %s |\n"
              .formatted(
                  run.suite(),
                  side,
                  run.behind(),
                  run.scenarios(),
                  isFamily
                      ? "the others"
                      : String.valueOf(run.scenarios() - run.exceptions().size()),
                  otherwise.isEmpty() ? "" : otherwise));
      reasons.putAll(run.exceptions());
    }
    page.append("\n| scenario | why it comes out otherwise |\n|---|---|\n");
    reasons.forEach((name, why) -> page.append("| `%s` | %s |\n".formatted(name, why)));
    if ("write".equals(System.getProperty("docs"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as("mvn -pl weir-gateway -am test -Ddocs=write mends it")
        .hasContent(page.toString());
  }
}
