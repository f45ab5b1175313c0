package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Everything that was measured, so that others can compute it again: facts, then rows. */
public final class RawData {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final List<Map<String, Object>> rows = new ArrayList<>();

  public RawData(String command, Machine machine) {
    facts.put("command", command);
    facts.put("machine", machine.toMap());
  }

  /** What holds for all rows: versions, settings. */
  public RawData fact(String name, Object value) {
    facts.put(name, value);
    return this;
  }

  public RawData row(Map<String, ?> row) {
    rows.add(new LinkedHashMap<>(row));
    return this;
  }

  public List<Map<String, Object>> rows() {
    return List.copyOf(rows);
  }

  /** One row a line, so that a change of the file can be read. */
  public String json() {
    StringBuilder text = new StringBuilder("{\n");
    facts.forEach(
        (name, value) ->
            text.append("  ")
                .append(encode(name))
                .append(": ")
                .append(encode(value))
                .append(",\n"));
    text.append("  \"rows\": [");
    for (int i = 0; i < rows.size(); i++) {
      text.append(i == 0 ? "\n    " : ",\n    ").append(encode(rows.get(i)));
    }
    return text.append("\n  ]\n}\n").toString();
  }

  /** Writes {@link #json()}. */
  public void write(Path file) throws IOException {
    Files.writeString(file, json());
  }

  private static String encode(Object value) {
    return JSON.writeValueAsString(value);
  }
}
