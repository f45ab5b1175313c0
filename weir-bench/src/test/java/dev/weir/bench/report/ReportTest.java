package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  @TempDir Path directory;

  @Test
  void aTableIsMarkdownWithNumbersToTheRight() {
    Table table = new Table("contender", "ratio").row("weir", "1.00").row("a|b", 2);
    assertThat(table.markdown())
        .isEqualTo(
            """
            | contender | ratio |
            | --- | ---: |
            | weir | 1.00 |
            | a\\|b | 2 |
            """);
  }

  @Test
  void aRowWithACellTooFewIsRefused() {
    Table table = new Table("contender", "ratio");
    assertThatThrownBy(() -> table.row("weir")).hasMessageContaining("1 cells for 2 columns");
    assertThat(table.isEmpty()).isTrue();
  }

  @Test
  void theMachineIsKnown() {
    Machine machine = Machine.now();
    assertThat(machine.cpu()).isNotBlank();
    assertThat(machine.cores()).isPositive();
    assertThat(machine.memoryGib()).isPositive();
    assertThat(machine.jdk()).contains("25");
    assertThat(machine.describe()).contains(machine.kernel(), "cores", "load at the start");
  }

  @Test
  void rawDataCanBeReadBack() throws Exception {
    Path file = directory.resolve("raw.json");
    new RawData("./weir bench x \"y\"", Machine.now())
        .fact("rounds", 3)
        .row(Map.of("contender", "weir", "value", 1.5))
        .row(Map.of("contender", "other", "value", 2))
        .write(file);
    var read = JsonMapper.shared().readTree(Files.readString(file));
    assertThat(read.get("command").asString()).isEqualTo("./weir bench x \"y\"");
    assertThat(read.get("rounds").asInt()).isEqualTo(3);
    assertThat(read.get("machine").get("cores").asInt()).isPositive();
    assertThat(read.get("rows").size()).isEqualTo(2);
    assertThat(read.get("rows").get(0).get("value").asDouble()).isEqualTo(1.5);
  }

  @Test
  void rawDataWithoutRowsIsJsonToo() {
    String json = new RawData("x", Machine.now()).json();
    assertThat(JsonMapper.shared().readTree(json).get("rows").isEmpty()).isTrue();
  }
}
