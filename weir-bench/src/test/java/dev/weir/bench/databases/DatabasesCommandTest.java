package dev.weir.bench.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Once, as small as it can be: that it runs and adds up, not how fast it is. */
@Timeout(300)
class DatabasesCommandTest {
  @TempDir Path directory;

  @Test
  void everySourceIsMeasuredUnderEveryLoadAndServesItsCallers() throws Exception {
    StringWriter out = new StringWriter();
    CommandLine line = new CommandLine(new DatabasesCommand());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(new StringWriter()));
    int exit =
        line.execute(
            "--quick", "--callers", "2,10", "--connections", "4", "--out", directory.toString());
    assertThat(exit).isZero();

    JsonNode raw = new JsonMapper().readTree(Files.readString(directory.resolve("databases.json")));
    List<JsonNode> rows = new ArrayList<>();
    raw.get("rows").forEach(rows::add);
    // Two works, two kinds of threads, two numbers of callers, three pools; and no pool for ten.
    assertThat(rows).hasSize(2 * 2 * (2 * 3 + 1));
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.get("failures").asInt()).isZero();
              assertThat(row.get("perSecond").asDouble()).isPositive();
              assertThat(row.get("p99Nanos").asDouble())
                  .isGreaterThanOrEqualTo(row.get("p50Nanos").asDouble());
            });
    assertThat(Files.readString(directory.resolve("databases.md")))
        .contains("select 1, virtual threads")
        .contains("a small transaction, platform threads")
        .contains("reuse above 95 %");
  }
}
