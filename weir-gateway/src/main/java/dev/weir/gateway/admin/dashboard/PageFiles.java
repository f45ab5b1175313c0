package dev.weir.gateway.admin.dashboard;

import dev.weir.mcp.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The files of the page, from the jar, whole in memory. Tell nothing, so everybody may have them.
 */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, byte[]> files = new TreeMap<>();

  PageFiles() {
    for (String name :
        new String[] {
          "index.html",
          "dashboard.css",
          "main.js",
          "api.js",
          "dom.js",
          "format.js",
          "charts.js",
          "overview.js",
          "upstream.js",
          "session.js",
          "actions.js",
          "weir.svg"
        }) {
      files.put("/admin/" + name, read("/dashboard/" + name));
    }
    files.put("/admin/uplot.js", read("/dashboard/uplot/uPlot.esm.js"));
    files.put("/admin/uplot.css", read("/dashboard/uplot/uPlot.min.css"));
    byte[] page = read("/dashboard/index.html");
    files.put("/admin", page);
    files.put("/admin/", page);
  }

  private static byte[] read(String resource) {
    try (InputStream file = PageFiles.class.getResourceAsStream(resource)) {
      if (file == null) {
        throw new IllegalStateException("not in the jar: " + resource);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there is such a file. */
  boolean has(String path) {
    return files.containsKey(path);
  }

  /** Answers with a file that there is. */
  void answer(HttpExchange exchange, String path, Map<String, String> headers) throws IOException {
    String end = path.substring(path.lastIndexOf('.') + 1);
    Map<String, String> all = new TreeMap<>(headers);
    all.put("Content-Type", TYPES.getOrDefault(end, "text/html; charset=utf-8"));
    all.put("Cache-Control", "no-cache");
    exchange.respond(200, all, Objects.requireNonNull(files.get(path), path));
  }
}
