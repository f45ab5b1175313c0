package dev.weir.gateway.kit;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An MCP server with every kind of message, as an object: what is to cross each wire in both
 * directions. Its tools: {@code mirror} gives its arguments back, byte for byte; {@code steps}
 * tells of progress; {@code wait} lasts until it is cancelled; {@code ask} asks the client's model;
 * {@code tell} says to all who are there that the list of tools has changed, {@code touch} to all
 * who have subscribed to its resource that this has.
 */
public final class PairServer implements InProcessServer {
  /** The URI of its resource. */
  public static final String RESOURCE = "pair://watched";

  private static final String TOOLS =
      "{\"tools\":[{\"name\":\"mirror\",\"inputSchema\":{\"type\":\"object\"}},"
          + "{\"name\":\"steps\",\"inputSchema\":{\"type\":\"object\"}},"
          + "{\"name\":\"wait\",\"inputSchema\":{\"type\":\"object\"}},"
          + "{\"name\":\"ask\",\"inputSchema\":{\"type\":\"object\"}},"
          + "{\"name\":\"tell\",\"inputSchema\":{\"type\":\"object\"}},"
          + "{\"name\":\"touch\",\"inputSchema\":{\"type\":\"object\"}}]}";

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final Set<Talk> open = ConcurrentHashMap.newKeySet();

  /** Calls of {@code wait} that wait now. */
  public int waiting() {
    return waiting.get();
  }

  /** Calls of {@code wait} that were cancelled so far. */
  public int cancelled() {
    return cancelled.get();
  }

  @Override
  public Conversation open(Peer peer) {
    Talk talk = new Talk(peer);
    open.add(talk);
    return talk;
  }

  private final class Talk implements Conversation {
    private final Peer client;
    private volatile boolean subscribed;

    Talk(Peer client) {
      this.client = client;
    }

    @Override
    public Envelope request(Envelope request, Peer call) throws InterruptedException {
      RequestId id = Objects.requireNonNull(request.id());
      return switch (String.valueOf(request.method())) {
        case "initialize" ->
            Messages.result(
                id,
                "{\"protocolVersion\":\""
                    + request.protocolVersion()
                    + "\",\"capabilities\":"
                    + "{\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true}},"
                    + "\"serverInfo\":{\"name\":\"pair\",\"version\":\"1\"}}");
        case "ping" -> Messages.result(id, "{}");
        case "tools/list" -> Messages.result(id, TOOLS);
        case "tools/call" -> call(request, id, call);
        case "resources/list" ->
            Messages.result(id, "{\"resources\":[{\"uri\":\"" + RESOURCE + "\",\"name\":\"r\"}]}");
        case "resources/subscribe", "resources/unsubscribe" -> {
          subscribed = request.is("resources/subscribe");
          yield Messages.result(id, "{}");
        }
        default -> Messages.error(id, JsonRpcError.METHOD_NOT_FOUND, "no such method", null);
      };
    }

    private Envelope call(Envelope request, RequestId id, Peer call) throws InterruptedException {
      switch (String.valueOf(request.name())) {
        case "mirror":
          return Messages.result(
              id, "{\"content\":[],\"structuredContent\":" + request.member("arguments") + "}");
        case "steps":
          RequestId token = request.progressToken();
          for (int step = 1; step <= 3 && token != null; step++) {
            call.notify(
                "notifications/progress",
                "{\"progressToken\":" + token.json() + ",\"progress\":" + step + ",\"total\":3}");
          }
          return text(id, "stepped");
        case "wait":
          waiting.incrementAndGet();
          try {
            Thread.sleep(Long.MAX_VALUE);
          } catch (InterruptedException e) {
            cancelled.incrementAndGet();
            throw e;
          } finally {
            waiting.decrementAndGet();
          }
          return text(id, "never");
        case "ask":
          Envelope answer =
              call.ask(
                  "sampling/createMessage",
                  "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":"
                      + "\"Who?\"}}],\"maxTokens\":10}");
          return Messages.result(
              id,
              "{\"content\":[],\"structuredContent\":{\"said\":" + answer.member("content") + "}}");
        case "tell":
          open.forEach(talk -> talk.client.notify("notifications/tools/list_changed", null));
          return text(id, "told");
        case "touch":
          open.stream()
              .filter(talk -> talk.subscribed)
              .forEach(
                  talk ->
                      talk.client.notify(
                          "notifications/resources/updated", "{\"uri\":\"" + RESOURCE + "\"}"));
          return text(id, "touched");
        default:
          return Messages.error(id, JsonRpcError.INVALID_PARAMS, "no such tool", null);
      }
    }

    private static Envelope text(RequestId id, String text) {
      return Messages.result(id, "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}");
    }

    @Override
    public void notification(Envelope notification) {
      // A cancellation comes as an interrupt.
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }
}
