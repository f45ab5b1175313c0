package dev.weir.jdbc.bouncer;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of the console, by the names of its columns: versions add columns, rename them and have
 * them in another order. What is not there, null or no number reads as empty or 0.
 */
record ConsoleRow(Map<String, String> columns) {

  static List<ConsoleRow> all(ResultSet result) throws SQLException {
    ResultSetMetaData about = result.getMetaData();
    List<ConsoleRow> rows = new ArrayList<>();
    while (result.next()) {
      Map<String, String> columns = new HashMap<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        String value = result.getString(i);
        if (value != null) {
          columns.put(about.getColumnName(i), value);
        }
      }
      rows.add(new ConsoleRow(Map.copyOf(columns)));
    }
    return rows;
  }

  boolean has(String column) {
    return columns.containsKey(column);
  }

  String text(String column) {
    return columns.getOrDefault(column, "");
  }

  long number(String column) {
    @Nullable String value = columns.get(column);
    if (value == null) {
      return 0;
    }
    try {
      return Long.parseLong(value.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  int count(String column) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number(column)));
  }

  Duration micros(String column) {
    return Duration.ofNanos(Math.multiplyExact(number(column), 1_000L));
  }

  boolean isOn(String column) {
    return number(column) != 0;
  }
}
