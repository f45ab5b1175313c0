package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.report.Machine;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Map;

/** The published page. */
final class Page {
  private static final String METHOD =
      """
      What a pool promises its callers, as small behaviours that run against any pool. Each holds (✓), fails (✗, with what
      was seen below the table), or is not offered (·: the pool has no such feature, so nobody can be disappointed).

      - Every contender plays against the same scripted endpoint, behind one adapter each: bare objects for Weir's pool,
        commons-pool2 and Stormpot, a JDBC driver for Weir's data source and the others. The endpoint opens, checks, resets and
        closes as a behaviour tells it, at once, slowly, never or with an exception, and counts what it sees.
      - A contender is configured as its documentation recommends for what the behaviour asks. What it does not ask for is off.
        Spans are the shortest that the contender accepts.
      - An endpoint that hangs answers neither data nor interrupts. A JDBC driver gives up at the limit that the pool hands it
        (login timeout, `isValid`); a factory of commons-pool2 or Stormpot keeps the check timeout by itself; that of Weir's pool
        keeps none, since there the limit is the pool's promise.
      - Each behaviour has its own time limit, each contender its own processes; nothing is tried again.
      - No behaviour is here that cannot fail: for each there is a pool, broken on purpose, that fails it (`BrokenPoolTest`).
      - Bounds are generous, so that a busy machine fails nobody: a failure here is seconds or never, not milliseconds.
      - Vert.x, Jetty, HttpCore, puddle and reactive pools gave ideas for behaviours, but are no contenders: they wait, open
        or lease in ways that would need another adapter than a pool's callers have.
      """;

  private Page() {}

  static String of(
      Matrix matrix, Map<String, String> versions, Machine machine, String command, String took) {
    StringBuilder page = new StringBuilder("# Which pool keeps which promise\n\n").append(METHOD);
    page.append("\n- Repeat it: `").append(command).append("`, ").append(took).append('\n');
    page.append("- Machine: ").append(machine.describe()).append('\n');
    page.append("- Contenders: ").append(String.join(", ", versions.values())).append("\n\n");
    return page.append(matrix.summary()).append(matrix.themes()).toString();
  }

  /** The name of a contender's jar, which has the version in it. */
  static String product(Contender contender) {
    CodeSource source = contender.home().getProtectionDomain().getCodeSource();
    if (source == null) {
      return contender.name();
    }
    Path jar = Path.of(source.getLocation().getPath());
    String name = String.valueOf(jar.getFileName());
    return name.endsWith(".jar") ? name.substring(0, name.length() - 4) : contender.name();
  }
}
