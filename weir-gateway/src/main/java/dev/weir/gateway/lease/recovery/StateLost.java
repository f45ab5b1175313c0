package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client is told when the state that its server had for it is gone: a warning in the log,
 * and, since what it knows may be out of date, the changes that make it ask anew. Nothing that the
 * server has not declared: a client may take it for a fault.
 *
 * @param why what was seen of the loss
 * @param subscribed URIs of the subscriptions that were made again
 * @param unsubscribed those that the new session does not have
 */
public record StateLost(
    String upstream, String why, List<String> subscribed, List<String> unsubscribed) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Set<String> SEVERER =
      Set.of("\"error\"", "\"critical\"", "\"alert\"", "\"emergency\"");
  private static final List<String> LISTS = List.of("tools", "prompts", "resources");

  /** The same loss for a client that has these subscriptions alone. */
  public StateLost of(List<String> stillSubscribed, List<String> noLongerSubscribed) {
    return new StateLost(upstream, why, stillSubscribed, noLongerSubscribed);
  }

  /**
   * The notifications, in their order.
   *
   * @param logs whether the client may be sent log messages, and wants to hear a warning
   */
  List<Envelope> notifications(Capabilities declared, boolean logs) {
    List<Envelope> told = new ArrayList<>();
    if (logs) {
      told.add(warning());
    }
    for (String list : LISTS) {
      if (declared.has(list, "listChanged")) {
        told.add(Messages.notification("notifications/" + list + "/list_changed", null));
      }
    }
    for (String uri : subscribed) {
      String params = JSON.createObjectNode().put("uri", uri).toString();
      told.add(Messages.notification("notifications/resources/updated", params));
    }
    return told;
  }

  /**
   * Whether this log level lets a warning through (2025-11-25, Logging).
   *
   * @param level the client's last {@code logging/setLevel}
   */
  static boolean isHeardAt(@Nullable Envelope level) {
    String wanted = level == null ? null : level.member("level");
    return wanted == null || !SEVERER.contains(wanted);
  }

  private Envelope warning() {
    var params = JSON.createObjectNode().put("level", "warning").put("logger", "weir");
    params.set("data", data());
    return Messages.notification("notifications/message", params.toString());
  }

  /** The same told with a result, to a client that would not hear the log. */
  Envelope with(Envelope result) {
    return ResultMeta.with(result, "dev.weir/upstream-state-lost", data());
  }

  /** The facts, for programs and people. */
  private JsonNode data() {
    var data =
        JSON.createObjectNode()
            .put("event", "upstream-state-lost")
            .put("upstream", upstream)
            .put("why", why)
            .put("message", "a new session was opened; what the server kept of this one is gone");
    if (!unsubscribed.isEmpty()) {
      var uris = data.putArray("unsubscribed");
      unsubscribed.forEach(uris::add);
    }
    return data;
  }
}
