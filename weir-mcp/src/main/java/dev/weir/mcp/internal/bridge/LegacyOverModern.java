package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that looks legacy and speaks modern: it keeps what a legacy client has said once,
 * and says it with every request ({@link ClientProfile}); asks the client what the server wants to
 * know ({@link BridgedCall}); hears of changes on the client's behalf ({@link Subscriptions}). What
 * becomes of what is in {@code docs/bridge.md}.
 *
 * <p>States: opened → initialized → closed. {@code agreed} is set by the thread that initializes,
 * and is replaced when the client sets another log level; the last one holds. It is set, then
 * {@code closed} is looked at; {@link #close} does it the other way round, so that no subscription
 * outlives the conversation. Any number of requests run at once, each on its caller's thread. The
 * server knows of no session, so there is none to lose but by a change of its era.
 *
 * <p>It has streams as a server without event ids has: what belongs to a request comes with its
 * answer, the rest on the standing stream.
 */
final class LegacyOverModern implements UpstreamTransport {
  private static final Duration ANSWER_PATIENCE = Duration.ofMinutes(10);
  private static final Duration LISTEN_PATIENCE = Duration.ofSeconds(10);
  private static final String DEFAULT_LEVEL = "\"info\"";
  private static final Set<String> LEVELS =
      Set.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

  private final Way way;
  private final Consumer<LegacyOverModern> onClose;
  private final Questions questions = new Questions();
  private final Standing standing = new Standing();
  private final ToolParameters tools;
  private final Map<RequestId, BridgedCall> running = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Agreed agreed;

  /**
   * What initialize has settled.
   *
   * @param capabilities of the server, by name, JSON texts
   */
  private record Agreed(
      ClientProfile client, Map<String, String> capabilities, Subscriptions subscriptions) {

    boolean has(String capability) {
      return capabilities.containsKey(capability);
    }
  }

  /**
   * @param modern belongs to this conversation from now on
   * @param contradicted to be run when the upstream answers as no modern server does
   */
  LegacyOverModern(
      String upstream,
      UpstreamTransport modern,
      Runnable contradicted,
      Consumer<LegacyOverModern> onClose) {
    this.way = new Way(upstream, modern, contradicted);
    this.tools = new ToolParameters(upstream);
    this.onClose = onClose;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (request.is("initialize")) {
      return initialize(request, exchange);
    }
    Agreed now = agreed;
    if (now == null) {
      return error(request, JsonRpcError.INVALID_REQUEST, "the session is not initialized");
    }
    return switch (String.valueOf(request.method())) {
      case "ping" -> result(request);
      case "logging/setLevel" -> setLevel(now, request);
      case "resources/subscribe" -> subscribe(now, request);
      case "resources/unsubscribe" -> unsubscribe(now, request);
      // Tasks are not offered, and the rest is of the other era.
      case "tasks/get",
          "tasks/result",
          "tasks/list",
          "tasks/update",
          "tasks/cancel",
          "server/discover",
          "subscriptions/listen" ->
          unknown(request);
      default -> call(now.client(), request, exchange);
    };
  }

  private Answer initialize(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    ClientProfile client = ClientProfile.of(request);
    Envelope discover =
        Messages.request(Objects.requireNonNull(request.id()), "server/discover", "{}");
    Answer answer = call(client, discover, exchange);
    if (!(answer instanceof Answer.Response(var event, var streamed, var giveBack))
        || event.message() == null) {
      return answer;
    }
    Envelope message = event.message();
    if (!isDiscovery(message)) {
      answer.close();
      way.contradicted().run();
      throw new UpstreamSessionLostException(
          "upstream \"" + way.upstream() + "\": does not know server/discover", null);
    }
    if (message.kind() == Envelope.Kind.RESULT) {
      agree(client, message.member("capabilities"));
      message = LegacyView.initialized(way.upstream(), request, message);
    }
    return new Answer.Response(ServerEvent.of(message), streamed, giveBack);
  }

  private void agree(ClientProfile client, @Nullable String capabilities) {
    Map<String, String> known = Json.members(capabilities);
    var subscriptions =
        new Subscriptions(way, client, capabilities, standing::tell, LISTEN_PATIENCE);
    agreed =
        new Agreed(
            known.containsKey("logging") ? client.withLevel(DEFAULT_LEVEL) : client,
            Map.copyOf(known),
            subscriptions);
    if (closed.get()) {
      subscriptions.close();
    }
  }

  /** Every modern server knows it; one that fails has its own error. */
  private static boolean isDiscovery(Envelope message) {
    if (message.kind() == Envelope.Kind.ERROR) {
      return ModernErrors.code(message) != JsonRpcError.METHOD_NOT_FOUND;
    }
    return Json.elements(message.member("supportedVersions")).stream()
        .map(Json::string)
        .anyMatch(ProtocolVersion.newestModern().wire()::equals);
  }

  private Answer call(ClientProfile client, Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    if (closed.get()) {
      throw new UpstreamUnavailableException(
          "upstream \"" + way.upstream() + "\": this conversation is closed", null);
    }
    var call =
        new BridgedCall(
            way, questions, tools, ANSWER_PATIENCE, client, request.withoutTask(), exchange);
    running.put(id, call);
    try {
      return call.run();
    } finally {
      running.remove(id, call);
    }
  }

  private Answer setLevel(Agreed now, Envelope request) {
    if (!now.has("logging")) {
      return unknown(request);
    }
    String level = Json.string(request.member("level"));
    if (level == null || !LEVELS.contains(level)) {
      return error(request, JsonRpcError.INVALID_PARAMS, "no log level: " + level);
    }
    agreed =
        new Agreed(
            now.client().withLevel(Json.quote(level)), now.capabilities(), now.subscriptions());
    return result(request);
  }

  private Answer subscribe(Agreed now, Envelope request) throws InterruptedException {
    String uri = request.uri();
    if (!Json.isTrue(Json.member(now.capabilities().get("resources"), "subscribe"))) {
      return unknown(request);
    }
    if (uri == null) {
      return error(request, JsonRpcError.INVALID_PARAMS, "no uri");
    }
    String refusal = now.subscriptions().add(uri);
    return refusal == null
        ? result(request)
        : error(request, JsonRpcError.INTERNAL_ERROR, "no subscription to " + uri + ": " + refusal);
  }

  private Answer unsubscribe(Agreed now, Envelope request) {
    String uri = request.uri();
    if (uri == null) {
      return error(request, JsonRpcError.INVALID_PARAMS, "no uri");
    }
    now.subscriptions().remove(uri);
    return result(request);
  }

  private static Answer result(Envelope request) {
    return response(Messages.result(Objects.requireNonNull(request.id()), "{}"));
  }

  private Answer unknown(Envelope request) {
    return error(request, JsonRpcError.METHOD_NOT_FOUND, "no such method: " + request.method());
  }

  private Answer error(Envelope request, int code, String message) {
    String text = "upstream \"" + way.upstream() + "\": " + message;
    return response(Messages.error(request.id(), code, text, null));
  }

  private static Answer response(Envelope message) {
    return new Answer.Response(ServerEvent.of(message), false, () -> {});
  }

  @Override
  public void send(Envelope message) throws UpstreamException {
    RequestId cancelled = message.cancelledId();
    if (message.isResponse()) {
      questions.answered(message);
    } else if (cancelled != null) {
      BridgedCall call = running.get(cancelled);
      if (call != null) {
        call.cancel();
      }
    } else if (!isMeaningless(message)) {
      throw new UpstreamRejectedException(
          "upstream \""
              + way.upstream()
              + "\": takes no notification "
              + message.method()
              + ", since its protocol version, 2026-07-28, has none",
          400,
          Map.of(),
          new byte[0]);
    }
  }

  /**
   * What needs no saying in the modern era: that the handshake is done, that roots, which are asked
   * for anew each time, have changed, and how far the client is with a question.
   */
  private static boolean isMeaningless(Envelope message) {
    return message.is("notifications/initialized")
        || message.is("notifications/roots/list_changed")
        || message.is("notifications/progress")
        || message.is("notifications/cancelled");
  }

  @Override
  public boolean hasStreams() {
    return true;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    Agreed now = agreed;
    if (lastEventId != null || now == null) {
      throw new UpstreamRejectedException(
          "upstream \""
              + way.upstream()
              + "\": "
              + (now == null
                  ? "the session is not initialized"
                  : "its streams have no event ids, so none can be resumed"),
          400,
          Map.of(),
          new byte[0]);
    }
    now.subscriptions().begin();
    standing.listen(sink);
  }

  @Override
  public boolean isInSession() {
    return false;
  }

  @Override
  public String describe() {
    return way.transport().describe() + ", bridged for a legacy client";
  }

  @Override
  public long memory() {
    return way.transport().memory();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    onClose.accept(this);
    Agreed now = agreed;
    if (now != null) {
      now.subscriptions().close();
    }
    standing.close();
    questions.close();
    way.transport().close();
  }
}
