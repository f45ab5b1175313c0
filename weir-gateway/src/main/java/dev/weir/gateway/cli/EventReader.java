package dev.weir.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events, as far as MCP uses them. */
final class EventReader implements AutoCloseable {
  private final BufferedReader lines;
  private String lastId = "";

  EventReader(InputStream in) {
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** The data of the next event that has any; null at the end, where half an event is dropped. */
  @Nullable String next() throws IOException {
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          return data.substring(0, data.length() - 1);
        }
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      if (field.equals("data")) {
        data.append(value).append('\n');
      } else if (field.equals("id")) {
        lastId = value;
      }
    }
    return null;
  }

  /** The id of the last event that had one; empty before. */
  String lastId() {
    return lastId;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
