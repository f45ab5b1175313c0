package dev.weir.gateway.kit;

import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client of protocol version 2026-07-28: each request says all about itself, in its body and in
 * the head that mirrors it. Safe for concurrent use.
 */
public final class ModernClient implements AutoCloseable {
  public static final String VERSION = "2026-07-28";
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PREFIX = "io.modelcontextprotocol/";

  private final WireClient wire;
  private final ObjectNode meta = JSON.createObjectNode();
  private final AtomicLong ids = new AtomicLong();

  public ModernClient(String url) {
    this(url, "{}");
  }

  /**
   * @param capabilities what it declares, as JSON
   */
  public ModernClient(String url, String capabilities) {
    wire = new WireClient(URI.create(url));
    meta.put(PREFIX + "protocolVersion", VERSION);
    meta.putObject(PREFIX + "clientInfo").put("name", "modern-client").put("version", "1");
    meta.set(PREFIX + "clientCapabilities", JSON.readTree(capabilities));
  }

  /** The next of its ids, to be used with {@link #request}. */
  public String nextId() {
    return String.valueOf(ids.incrementAndGet());
  }

  /**
   * The text of a request.
   *
   * @param params JSON of an object; its {@code _meta} is added to that of the client
   */
  public String request(String id, String method, String params) {
    ObjectNode all = (ObjectNode) JSON.readTree(params);
    ObjectNode merged = meta.deepCopy();
    if (all.get("_meta") instanceof ObjectNode mine) {
      mine.properties().forEach(member -> merged.set(member.getKey(), member.getValue()));
    }
    all.set("_meta", merged);
    ObjectNode message = JSON.createObjectNode().put("jsonrpc", "2.0");
    message.set("id", JSON.readTree(id));
    message.put("method", method).set("params", all);
    return message.toString();
  }

  /** The head that mirrors a request. */
  public static Map<String, String> headers(String method, String params) {
    Map<String, String> headers = new HashMap<>();
    headers.put("MCP-Protocol-Version", VERSION);
    headers.put("Mcp-Method", method);
    JsonNode all = JSON.readTree(params);
    String name = method.equals("resources/read") ? "uri" : "name";
    if (all.path(name).isString()) {
      headers.put("Mcp-Name", all.get(name).stringValue());
    }
    return headers;
  }

  /** Sends a request; the answer is read as the test goes, or never. */
  public WireExchange begin(String method, String params) throws IOException {
    String id = nextId();
    return wire.send("POST", headers(method, params), request(id, method, params), id);
  }

  /** Sends a request and reads its whole answer. */
  public WireClient.Reply send(String method, String params) throws IOException {
    try (WireExchange exchange = begin(method, params)) {
      return exchange.reply();
    }
  }

  /** The result of a request, which must be one. */
  public JsonNode result(String method, String params) throws IOException {
    WireClient.Reply reply = send(method, params);
    JsonNode result = JSON.readTree(reply.response()).path("result");
    if (reply.status() != 200 || !result.isObject()) {
      throw new AssertionError(method + ": " + reply);
    }
    return result;
  }

  /** The error of a request, which must be one. */
  public JsonNode error(String method, String params) throws IOException {
    WireClient.Reply reply = send(method, params);
    JsonNode error = JSON.readTree(reply.response()).path("error");
    if (!error.isObject()) {
      throw new AssertionError(method + ": " + reply);
    }
    return error;
  }

  /** The result of a tool. */
  public JsonNode call(String tool, String arguments) throws IOException {
    return call(tool, arguments, null);
  }

  /**
   * The result of a tool.
   *
   * @param handle the upstream session that the call goes on in
   */
  public JsonNode call(String tool, String arguments, @Nullable String handle) throws IOException {
    return result("tools/call", params(tool, arguments, handle));
  }

  public static String params(String tool, String arguments, @Nullable String handle) {
    ObjectNode params = JSON.createObjectNode().put("name", tool);
    params.set("arguments", JSON.readTree(arguments));
    if (handle != null) {
      params.putObject("_meta").put("dev.weir/handle", handle);
    }
    return params.toString();
  }

  /** The same parameters as an answer to what was asked. */
  public static String answering(String params, String responses, @Nullable String state) {
    ObjectNode all = (ObjectNode) JSON.readTree(params);
    all.set("inputResponses", JSON.readTree(responses));
    if (state != null) {
      all.put("requestState", state);
    }
    return all.toString();
  }

  public static String handle(JsonNode result) {
    return result.path("_meta").path("dev.weir/handle").stringValue();
  }

  /** The text of a tool's result. */
  public static String text(JsonNode result) {
    JsonNode text = result.path("content").path(0).path("text");
    if (!text.isString()) {
      throw new AssertionError("no text in " + result);
    }
    return text.stringValue();
  }

  public WireClient wire() {
    return wire;
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
