package dev.weir.gateway.kit;

import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A run of an official suite through the gateway, and how it may differ from the same run without:
 * the tests hold it to that, and {@code docs/conformance.md} shows it.
 */
public enum SuiteRun {
  OLD_HTTP("0.1.16", 32, "a server over Streamable HTTP", Map.of()),
  OLD_STDIO("0.1.16", 32, "the same server over stdio", Reasons.NO_STREAMS),
  LEGACY_HTTP("2025-11-25", 33, "a server over Streamable HTTP", Map.of()),
  LEGACY_STDIO("2025-11-25", 33, "the same server over stdio", Reasons.NO_STREAMS),
  LEGACY_CLIENTS_MODERN_SERVER(
      "2025-11-25", 33, "a server of 2026-07-28 alone (bridge)", Reasons.NO_STREAMS),
  EVERYTHING(
      "2025-11-25",
      33,
      "`server-everything`, which has few of the tools that the suite asks for",
      Map.of(
          "dns-rebinding-protection",
          "fails directly, passes through Weir: the server checks neither `Host` nor `Origin`, Weir does")),
  MODERN_HTTP("2026-07-28", 50, "a server of 2026-07-28", Map.of()),
  MODERN_CLIENTS_LEGACY_HTTP(
      "2026-07-28", 50, "a server of 2025-11-25 over Streamable HTTP (bridge)", Reasons.BRIDGE),
  MODERN_CLIENTS_LEGACY_STDIO(
      "2026-07-28", 50, "a server of 2025-11-25 over stdio (bridge)", Reasons.BRIDGE),
  LEGACY_CLIENT("2025-11-25", 5, "Weir as the client that the suite's servers see", Map.of()),
  MODERN_CLIENT("2026-07-28", 8, "Weir as the client that the suite's servers see", Map.of());

  private final String suite;
  private final int scenarios;
  private final String behind;
  private final SequencedMap<String, String> exceptions;

  SuiteRun(String suite, int scenarios, String behind, Map<String, String> exceptions) {
    this.suite = suite;
    this.scenarios = scenarios;
    this.behind = behind;
    this.exceptions = new TreeMap<>(exceptions);
  }

  /** Why a scenario comes out in another way than at the server itself. */
  private static final class Reasons {
    static final Map<String, String> NO_STREAMS =
        Map.of(
            "server-sse-polling",
            "not judged: the suite judges event streams that a server closes, and where the server behind has none of its own nothing closes one",
            "server-sse-multiple-streams",
            "judged in part: that several requests are accepted at once, but not their streams, for with nothing to say before the answer there are none");

    static final Map<String, String> BRIDGE =
        Map.of(
            "tasks-*",
            "fails: an extension, not scored, that the server behind does not have either",
            "http-custom-header-server-validation",
            "fails: not scored; `Mcp-Param-*` mirror what Weir does not route by and a legacy server never sees",
            "input-required-result-basic-elicitation",
            "fails: wants the key of a question that the server chose; legacy questions have no keys, so Weir chooses them",
            "server-stateless",
            "two of its checks fail: the server behind is told that the client cannot be asked, and answers for itself that it cannot go on. Others have limits of half a second, within which a process does not always start",
            "input-required-result-multiple-input-requests",
            "may fail: wants several questions in one round; on a machine that is slow enough the last ones are asked in another");
  }

  /** The suite's version of the protocol, or of itself. */
  public String suite() {
    return suite;
  }

  /** How many scenarios it has. */
  public int scenarios() {
    return scenarios;
  }

  /** What stands behind the gateway. */
  public String behind() {
    return behind;
  }

  /** Whether the suite's programs are servers, and the gateway their client. */
  public boolean isOfClients() {
    return this == LEGACY_CLIENT || this == MODERN_CLIENT;
  }

  /** The scenarios that may come out in another way than directly, and why. */
  public SequencedMap<String, String> exceptions() {
    return exceptions;
  }

  /** Whether this scenario may; an exception may stand for all that begin so. */
  public boolean excepts(String scenario) {
    return exceptions.keySet().stream()
        .anyMatch(
            name ->
                name.endsWith("*")
                    ? scenario.startsWith(name.substring(0, name.length() - 1))
                    : scenario.equals(name));
  }
}
