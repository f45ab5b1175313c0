package dev.weir.gateway.kit;

import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireJson;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A wire client with an open session that calls tools and looks at their text. */
public final class ToolClient implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final WireClient wire;

  private ToolClient(WireClient wire) {
    this.wire = wire;
  }

  /** Opens a session with the newest legacy version and no capabilities. */
  public static ToolClient open(String url) throws IOException {
    return open(url, "2025-11-25", "{}");
  }

  public static ToolClient open(String url, String version, String capabilities)
      throws IOException {
    var wire = new WireClient(URI.create(url));
    WireClient.Reply reply = wire.open(version, capabilities);
    if (reply.status() != 200 || wire.session() == null) {
      throw new AssertionError("initialize: " + reply);
    }
    return new ToolClient(wire);
  }

  /** Takes up somebody's session. */
  public static ToolClient in(String url, @Nullable String session) {
    return new ToolClient(new WireClient(URI.create(url)).in(session));
  }

  public WireClient wire() {
    return wire;
  }

  /** The whole answer of a call. */
  public WireClient.Reply call(String tool, String arguments) throws IOException {
    return wire.call("tools/call", params(tool, arguments));
  }

  /** The parameters of {@code tools/call}. */
  public static String params(String tool, String arguments) {
    return "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}";
  }

  /** What the model said, as a client answers a sampling question. */
  public static String sampled(String text) {
    return "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\""
        + text
        + "\"}}";
  }

  /** The text of a call's result. */
  public String text(String tool, String arguments) throws IOException {
    return textOf(call(tool, arguments).response());
  }

  /** The text in the response to a call. */
  public static String textOf(String response) {
    JsonNode text = JSON.readTree(response).path("result").path("content").path(0).path("text");
    if (!text.isString()) {
      throw new AssertionError("no text in " + response);
    }
    return text.stringValue();
  }

  /** A scalar of a JSON text. */
  public static String member(String json, String... path) {
    return Objects.requireNonNull(WireJson.text(json, path), json);
  }

  /** Ends the session. */
  public void delete() throws IOException {
    wire.delete();
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
