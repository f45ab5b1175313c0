package dev.weir.bench.gateway.wire;

import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Calls of protocol version 2026-07-28 over one connection: there is no session, but the handle
 * that a gateway gives is brought back with the next call, so that it goes on where the last one
 * was.
 */
public final class ModernSession implements McpSession {
  private static final String VERSION = "2026-07-28";
  private static final Pattern HANDLE =
      Pattern.compile("\"dev\\.weir/handle\"\\s*:\\s*(\"[^\"]*\")");

  private final HttpConnection connection;
  private final String path;
  private @Nullable String handle;
  private long lastId;

  /** Over a connection of its own. */
  public ModernSession(URI endpoint) {
    this.connection = new HttpConnection(endpoint);
    this.path = endpoint.getPath();
  }

  @Override
  public void open() throws IOException {
    var _ = post("server/discover", null, "");
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    String answer =
        post("tools/call", tool, "\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",");
    Matcher given = HANDLE.matcher(answer);
    if (given.find()) {
      handle = given.group(1);
    }
    return answer;
  }

  private String post(String method, @Nullable String name, String params) throws IOException {
    long id = ++lastId;
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json, text/event-stream");
    headers.put("MCP-Protocol-Version", VERSION);
    headers.put("Mcp-Method", method);
    if (name != null) {
      headers.put("Mcp-Name", name);
    }
    String meta =
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\",\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":{\"name\":\"weir-bench\",\"version\":\"1\"}%s}"
            .formatted(VERSION, handle == null ? "" : ",\"dev.weir/handle\":" + handle);
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":{%s%s}}"
            .formatted(id, method, params, meta);
    return HttpSession.answer(connection.exchange("POST", path, headers, body), id);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
