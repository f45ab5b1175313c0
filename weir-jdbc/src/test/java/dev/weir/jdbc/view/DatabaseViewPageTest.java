package dev.weir.jdbc.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.AdviceOptions;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/database.md} are made from the code; {@code -Ddocs=write}. */
class DatabaseViewPageTest {
  private static final Path PAGE = Path.of("../docs/database.md");

  @Test
  void theTablesSayWhatTheCodeDeclares() throws IOException {
    String page = Files.readString(PAGE);
    String mended = page;
    mended = with(mended, "thresholds", options(ViewOptions.class));
    mended = with(mended, "alerts", alerts());
    mended = with(mended, "meters", meters());
    mended = with(mended, "advice", options(AdviceOptions.class));
    if ("write".equals(System.getProperty("docs"))) {
      Files.writeString(PAGE, mended);
      page = mended;
    }
    assertThat(page).as("mvn -pl weir-jdbc -am test -Ddocs=write mends it").isEqualTo(mended);
  }

  /** The page with this table between its marks. */
  private static String with(String page, String name, String table) {
    String begin = "<!-- " + name + " -->\n";
    String end = "<!-- end of " + name + " -->";
    int from = page.indexOf(begin) + begin.length();
    int to = page.indexOf(end);
    assertThat(to).as("marks of " + name).isGreaterThanOrEqualTo(from);
    return page.substring(0, from) + table + page.substring(to);
  }

  private static String options(Class<? extends Record> type) {
    StringBuilder table = new StringBuilder("| option | default | |\n|---|---|---|\n");
    for (RecordComponent component : type.getRecordComponents()) {
      Option option = Objects.requireNonNull(component.getAnnotation(Option.class));
      table.append(
          row("`" + Options.dashed(component.getName()) + "`", option.byDefault(), option.about()));
    }
    return table.toString();
  }

  private static String alerts() {
    StringBuilder table = new StringBuilder("| alert | raised by |\n|---|---|\n");
    for (Alert.Kind kind : Alert.Kind.values()) {
      table.append(row("`" + kind.label() + "`", kind.about()));
    }
    return table.toString();
  }

  private static String meters() {
    StringBuilder table = new StringBuilder("| meter | | tags | |\n|---|---|---|---|\n");
    for (ViewMeter meter : ViewMeter.values()) {
      String tags =
          Stream.concat(Stream.of(ViewMeter.DATABASE), meter.ownTags().stream())
              .map(tag -> "`" + tag + "`")
              .collect(Collectors.joining(", "));
      table.append(row("`" + meter.meterName() + "`", meter.kind(), tags, meter.about()));
    }
    return table.toString();
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
