package dev.weir.gateway.lease;

import dev.weir.gateway.upstream.Canonical;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client offers at initialize, as far as it decides with whom it may share, and the
 * handshake that the gateway makes for all who offer the same. The upstream sees the gateway as its
 * client: the name and {@code _meta} of whoever came first would stick to all others.
 *
 * @param version the protocol version that the client asks for
 * @param capabilities as it declared them, in canonical form
 */
record Offer(String version, String capabilities) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What the gateway can pass to the one client that is meant. Roots and tasks hold for all. */
  private static final List<String> OF_CLIENTS = List.of("sampling", "elicitation");

  /** What can be told apart by clients. Tasks and experiments cannot. */
  private static final List<String> OF_SERVERS =
      List.of("tools", "prompts", "resources", "completions");

  /** Null when the request says no version. */
  static @Nullable Offer of(Envelope initialize) {
    String version = initialize.protocolVersion();
    String declared = initialize.member("capabilities");
    return version == null
        ? null
        : new Offer(version, Canonical.of(declared == null ? "{}" : declared));
  }

  /** Tells offers of capabilities apart without telling what they are. */
  String fingerprint() {
    return Canonical.fingerprint(capabilities);
  }

  /**
   * The gateway's own initialize.
   *
   * @param canAsk whether it can be told which client a question of the server is for
   */
  Envelope initialize(RequestId id, boolean canAsk) {
    ObjectNode params = JSON.createObjectNode();
    params.put("protocolVersion", version);
    params.set("capabilities", only(canAsk ? OF_CLIENTS : List.of(), JSON.readTree(capabilities)));
    params.putObject("clientInfo").put("name", "weir").put("version", "1");
    return Messages.request(id, "initialize", params.toString());
  }

  /**
   * The server's answer as clients see it.
   *
   * @param tellsCalls whether it can be told which call a log message belongs to
   */
  static Envelope seen(Envelope answer, boolean tellsCalls) {
    ObjectNode result = (ObjectNode) JSON.readTree(answer.toBytes()).path("result");
    JsonNode declared = result.path("capabilities");
    ObjectNode kept = only(OF_SERVERS, declared);
    if (tellsCalls && declared.has("logging")) {
      kept.set("logging", declared.get("logging"));
    }
    result.set("capabilities", kept);
    return Messages.result(new RequestId("0"), result.toString());
  }

  /** The text of an object with one text in it. */
  static String object(String name, String text) {
    return JSON.createObjectNode().put(name, text).toString();
  }

  private static ObjectNode only(List<String> names, JsonNode all) {
    ObjectNode some = JSON.createObjectNode();
    for (String name : names) {
      if (all.path(name).isObject()) {
        some.set(name, all.get(name));
      }
    }
    return some;
  }
}
