package dev.weir.gateway.demo;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The demonstration upstream: a small MCP server with state of its own in each conversation, so
 * that the gateway can be tried, and its isolation seen, with nothing else installed.
 */
public final class DemoServer implements InProcessServer {
  static final JsonMapper JSON = new JsonMapper();

  @Override
  public Conversation open(Peer peer) {
    return new DemoConversation();
  }

  private static final class DemoConversation implements Conversation {
    private final DemoTools tools = new DemoTools();
    private volatile JsonNode clientCapabilities = JSON.createObjectNode();

    @Override
    public Envelope request(Envelope request, Peer call) throws InterruptedException {
      RequestId id = Objects.requireNonNull(request.id());
      return switch (String.valueOf(request.method())) {
        case "initialize" -> Messages.result(id, initialize(request));
        case "ping", "logging/setLevel" -> Messages.result(id, "{}");
        case "tools/list" -> Messages.result(id, DemoTools.LIST);
        case "tools/call" -> call(request, id, call);
        default ->
            Messages.error(
                id, JsonRpcError.METHOD_NOT_FOUND, "no such method: " + request.method(), null);
      };
    }

    private String initialize(Envelope request) {
      clientCapabilities = read(request.member("capabilities"));
      String wanted = String.valueOf(request.protocolVersion());
      ObjectNode result = JSON.createObjectNode();
      result.put(
          "protocolVersion",
          ProtocolVersion.of(Era.LEGACY, wanted).orElse(ProtocolVersion.newestLegacy()).wire());
      result.putObject("capabilities").putObject("tools");
      result
          .putObject("serverInfo")
          .put("name", "weir-demo")
          .put("title", "Weir's demonstration server")
          .put("version", "1");
      result.put("instructions", "Try echo, add, counter, slow, ask and fail.");
      return result.toString();
    }

    private Envelope call(Envelope request, RequestId id, Peer call) throws InterruptedException {
      try {
        JsonNode arguments = read(request.member("arguments"));
        String result =
            tools.call(
                String.valueOf(request.name()),
                arguments,
                new DemoTools.Client(call, clientCapabilities, request.progressToken()));
        return Messages.result(id, result);
      } catch (IllegalArgumentException | JacksonException e) {
        return Messages.error(
            id, JsonRpcError.INVALID_PARAMS, String.valueOf(e.getMessage()), null);
      }
    }

    private static JsonNode read(@Nullable String json) {
      return json == null ? JSON.createObjectNode() : JSON.readTree(json);
    }

    @Override
    public void notification(Envelope notification) {
      // Cancellation reaches a running tool as an interrupt; the others change nothing here.
    }

    @Override
    public void close() {
      // Nothing is held but the counter.
    }
  }
}
