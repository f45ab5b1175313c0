package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One {@code subscriptions/listen} of a client: what it wants to hear of, and what there is to tell
 * it. The same twice is told once: what changed is to be read anew either way, so a client that
 * does not read keeps no more here than it has subscribed to.
 *
 * <p>States: open → ended. {@code untold} and {@code ended} are guarded by this object's monitor,
 * under which nothing blocks; one thread, the client's, tells.
 */
final class Subscription implements Carrier.Hearing {
  static final int MOST_RESOURCES = 1_000;
  private static final JsonMapper JSON = JsonMapper.shared();

  /** The filter's names, by the notifications that they ask for. */
  private static final Map<String, String> LISTS =
      Map.of(
          "notifications/tools/list_changed", "toolsListChanged",
          "notifications/prompts/list_changed", "promptsListChanged",
          "notifications/resources/list_changed", "resourcesListChanged");

  private final ModernRequest request;
  private final Set<String> lists = new LinkedHashSet<>();
  private final Set<String> resources = new LinkedHashSet<>();
  private final Map<String, Envelope> untold = new LinkedHashMap<>();
  private boolean ended;

  private Subscription(ModernRequest request) {
    this.request = request;
  }

  /** Reads what the client wants. */
  static Subscription of(ModernRequest request) throws ModernFault {
    JsonNode filter = Results.tree(request.message().member("notifications"));
    if (!(filter instanceof ObjectNode wanted)) {
      throw ModernFault.invalid("params.notifications is missing or not an object");
    }
    var subscription = new Subscription(request);
    for (String name : LISTS.values()) {
      if (wanted.path(name).asBoolean(false)) {
        subscription.lists.add(name);
      }
    }
    for (JsonNode uri : wanted.path("resourceSubscriptions")) {
      if (!uri.isString()) {
        throw ModernFault.invalid("params.notifications.resourceSubscriptions: a URI is a string");
      }
      subscription.resources.add(uri.stringValue());
    }
    if (subscription.resources.size() > MOST_RESOURCES) {
      throw ModernFault.invalid(
          "params.notifications.resourceSubscriptions: more than " + MOST_RESOURCES);
    }
    return subscription;
  }

  boolean wantsResources() {
    return !resources.isEmpty();
  }

  /**
   * Tells the client what the server says, from the acknowledgement on, until the client leaves or
   * this is ended. Returns what answers the request in the end.
   */
  Envelope run(Carrier carrier, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    List<String> taken = new ArrayList<>();
    client.whenClientLeaves(this::over);
    try (var waiting = carrier.attend()) {
      carrier.hear(this);
      ObjectNode capabilities = carrier.capabilities();
      boolean can = capabilities.path("resources").path("subscribe").asBoolean(false);
      for (String uri : List.copyOf(resources)) {
        if (can && carrier.subscribe(uri)) {
          taken.add(uri);
        }
      }
      synchronized (this) {
        lists.removeIf(name -> !hasListChanged(capabilities, name));
        resources.retainAll(taken);
      }
      client.event(ServerEvent.of(tagged(acknowledgement())));
      for (Envelope next = next(); next != null; next = next()) {
        client.event(ServerEvent.of(tagged(next)));
      }
      return goodbye();
    } finally {
      carrier.unhear(this);
      for (String uri : taken) {
        carrier.unsubscribe(uri);
      }
    }
  }

  private static boolean hasListChanged(ObjectNode capabilities, String name) {
    String family = name.substring(0, name.indexOf("ListChanged"));
    return capabilities.path(family).path("listChanged").asBoolean(false);
  }

  @Override
  public void heard(Envelope notification) {
    String method = String.valueOf(notification.method());
    String list = LISTS.get(method);
    String uri = notification.uri();
    synchronized (this) {
      if (list != null ? lists.contains(list) : uri != null && isSubscribed(uri)) {
        untold.putIfAbsent(uri == null ? method : uri, notification);
        notifyAll();
      }
    }
  }

  /** A server may tell of a part of what was subscribed to (Resources, "Subscriptions"). */
  private boolean isSubscribed(String uri) {
    return resources.contains(uri)
        || resources.stream().anyMatch(of -> uri.startsWith(of.endsWith("/") ? of : of + "/"));
  }

  /** No further notifications: what is untold is told, then the stream ends. */
  @Override
  public synchronized void over() {
    ended = true;
    notifyAll();
  }

  private synchronized @Nullable Envelope next() throws InterruptedException {
    while (untold.isEmpty() && !ended) {
      wait();
    }
    var first = untold.keySet().iterator();
    return first.hasNext() ? untold.remove(first.next()) : null;
  }

  private Envelope acknowledgement() {
    ObjectNode params = JSON.createObjectNode();
    ObjectNode filter = params.putObject("notifications");
    lists.forEach(name -> filter.put(name, true));
    if (!resources.isEmpty()) {
      resources.forEach(filter.putArray("resourceSubscriptions")::add);
    }
    return Messages.notification("notifications/subscriptions/acknowledged", params.toString());
  }

  private Envelope tagged(Envelope notification) {
    return Results.tagged(notification, Meta.SUBSCRIPTION, request.id().json());
  }

  private Envelope goodbye() {
    String meta = "{\"" + Meta.SUBSCRIPTION + "\":" + request.id().json() + "}";
    return Messages.result(request.id(), "{\"resultType\":\"complete\",\"_meta\":" + meta + "}");
  }
}
