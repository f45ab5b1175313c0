package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table for a page in Markdown: the first column to the left, the others to the right. */
public final class Table {
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... columns) {
    this.columns = List.of(columns);
  }

  /** Adds one row, a cell for each column. */
  public Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns " + columns);
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell).replace("|", "\\|").replace('\n', ' '));
    }
    rows.add(row);
    return this;
  }

  /** Whether there is anything to show. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The table, with a line end after its last row. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    line(text, columns);
    List<String> rule = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      rule.add(i == 0 ? "---" : "---:");
    }
    line(text, rule);
    rows.forEach(row -> line(text, row));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
