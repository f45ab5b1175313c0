package dev.weir.gateway.modern;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.NoSuchRouteException;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers requests of the modern era: what a server of that era must be able to do, done with what
 * a legacy server can. Knows nothing of the wire that its clients are on.
 *
 * <p>States: serving → draining. Thread-safe; each request runs on the thread of its client.
 */
public final class ModernService {
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * What both eras have. Tasks are another thing by the same name, and of extensions none passes.
   */
  private static final List<String> CAPABILITIES =
      List.of("tools", "prompts", "resources", "completions", "logging", "experimental");

  private final SessionRegistry sessions;
  private final Passing passing = new Passing();
  private final Carriers carriers;
  private final Rounds rounds;
  private final Supplier<Times> times;
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /** What a request is answered with, and the HTTP status for it. */
  public record Reply(int status, Envelope message) {}

  /**
   * How long things last.
   *
   * @param idle how long a session stays that a request has got and no other has asked for
   * @param answer how long a call waits for its client's answers
   * @param list how long a client may take a list for what it is
   */
  public record Times(Duration idle, Duration answer, Duration list) {}

  /**
   * @param times asked for each request
   */
  public ModernService(SessionRegistry sessions, Supplier<Times> times) {
    this.sessions = sessions;
    this.carriers = new Carriers(sessions, () -> times.get().idle());
    this.rounds = new Rounds(() -> times.get().answer());
    this.times = times;
  }

  /** Ends the streams that would never end by themselves. */
  public void drain() {
    draining = true;
    subscriptions.forEach(Subscription::over);
    passing.drain();
  }

  /** Requests in flight that no session knows of. */
  public int inFlight() {
    return passing.inFlight();
  }

  /**
   * Whether a request may still come while the gateway shuts down: one that brings what a running
   * call waits for.
   */
  public boolean isOfRunningCall(ModernRequest request) throws ModernFault {
    return request.requestState() != null;
  }

  /**
   * Answers a request; what comes before the answer goes to its client.
   *
   * @throws ModernFault when the request itself is at fault
   * @throws UpstreamException when there is no session for it, or it has been lost
   * @throws IOException when its client cannot be written to
   */
  public Reply serve(
      ModernRequest request, String path, Identity identity, UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    Conversation straight = sessions.openModern(path);
    if (straight != null) {
      return passing.pass(request, straight, client);
    }
    try {
      return dispatch(request, path, identity, client);
    } catch (UpstreamSessionLostException e) {
      if (request.handle() != null || request.requestState() != null) {
        throw e;
      }
      // Nothing was written, and another session is as good: the one that was found has just ended.
      return dispatch(request, path, identity, client);
    }
  }

  private Reply dispatch(
      ModernRequest request, String path, Identity identity, UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    return switch (request.method()) {
      case "server/discover" -> discover(request, carriers.forAsking(request, path, identity));
      case "tools/list", "prompts/list", "resources/list", "resources/templates/list" ->
          list(request, carriers.forAsking(request, path, identity));
      case "tools/call", "prompts/get", "resources/read", "completion/complete" ->
          call(request, path, identity, client);
      case "subscriptions/listen" -> listen(request, path, identity, client);
      default -> throw ModernFault.unknownMethod(request.method());
    };
  }

  private Reply discover(ModernRequest request, Carriers.Found found) {
    ObjectNode result = JSON.createObjectNode();
    result.put("resultType", "complete");
    ModernFault.supportedVersions().forEach(result.putArray("supportedVersions")::add);
    ObjectNode capabilities = result.putObject("capabilities");
    for (String name : CAPABILITIES) {
      if (found.carrier().capabilities().get(name) instanceof JsonNode capability) {
        capabilities.set(name, capability);
      }
    }
    JsonNode instructions = Results.tree(found.carrier().handshake().member("instructions"));
    if (instructions.isString()) {
      result.set("instructions", instructions);
    }
    result.put("ttlMs", times.get().list().toMillis());
    result.put("cacheScope", scope(found));
    ObjectNode meta = result.putObject("_meta");
    meta(found).forEach((name, json) -> meta.set(name, Results.tree(json)));
    return new Reply(200, Results.of(request.id(), result));
  }

  private static String scope(Carriers.Found found) {
    return found.isPublic() ? "public" : "private";
  }

  private static SequencedMap<String, String> meta(Carriers.Found found) {
    SequencedMap<String, String> meta = new LinkedHashMap<>();
    String info = found.carrier().handshake().member("serverInfo");
    if (info != null) {
      meta.put(Meta.SERVER_INFO, info);
    }
    if (found.handle() != null) {
      meta.put(Meta.HANDLE, JSON.writeValueAsString(found.handle()));
    }
    return meta;
  }

  /** A list on a client's own session is its own: it is asked for, and holds for no time. */
  private Reply list(ModernRequest request, Carriers.Found found)
      throws UpstreamException, IOException, InterruptedException {
    Carrier carrier = found.carrier();
    if (!carrier.capabilities().has(capability(request.method()))) {
      return new Reply(404, ModernFault.unknownMethod(request.method()).toMessage(request.id()));
    }
    if (found.handle() != null) {
      Envelope answer = carrier.ask(request.toLegacy(carrier.nextId()));
      return reply(request, found, callable(carrier, answer), Duration.ZERO);
    }
    Duration listTtl = times.get().list();
    ListCache lists = carrier.lists();
    String key = request.method() + " " + request.message().member("cursor");
    ListCache.Found kept = lists.find(key);
    if (kept != null) {
      return reply(request, found, kept.answer(), kept.holds());
    }
    long changes = lists.changes();
    ObjectNode params = JSON.createObjectNode();
    String cursor = request.message().member("cursor");
    if (cursor != null) {
      params.set("cursor", JSON.readTree(cursor));
    }
    Envelope answer =
        callable(
            carrier,
            carrier.ask(Messages.request(carrier.nextId(), request.method(), params.toString())));
    Duration holds = holds(answer, listTtl);
    if (answer.kind() == Envelope.Kind.RESULT) {
      lists.keep(key, answer, holds, changes);
    }
    return reply(request, found, answer, holds);
  }

  /** As long as lists do here, or less where a member of an aggregate says so of its own. */
  private static Duration holds(Envelope list, Duration listTtl) {
    JsonNode told = Results.tree(list.member("ttlMs"));
    return told.canConvertToLong() && told.longValue() < listTtl.toMillis()
        ? Duration.ofMillis(told.longValue())
        : listTtl;
  }

  private static Envelope callable(Carrier carrier, Envelope answer) {
    return TaskTools.leftOut(answer, carrier.session().path());
  }

  /** A server that has not declared it is not asked: many answer anything. */
  private static String capability(String method) {
    return method.substring(0, method.indexOf('/'));
  }

  private Reply call(
      ModernRequest request, String path, Identity identity, UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    String state = request.requestState();
    PendingCall call;
    Carriers.Found found;
    PendingCall.Outcome outcome;
    if (state == null) {
      found = carriers.forCall(request, path, identity);
      if (request.logLevel() != null) {
        found.carrier().tellLevel(request.logLevel());
      }
      call = new PendingCall(found.carrier(), request);
      outcome = call.begin(client);
    } else {
      Rounds.Resumed resumed = rounds.resume(state, request, path, identity);
      call = resumed.call();
      found = resumed.found();
      outcome = call.resume(request, resumed.answers(), client);
    }
    if (found.handle() != null && !(outcome instanceof PendingCall.Outcome.Asks)) {
      found.carrier().session().served();
    }
    return switch (outcome) {
      case PendingCall.Outcome.Answered answered ->
          reply(request, found, answered.message(), Duration.ZERO);
      case PendingCall.Outcome.Asks asks -> {
        String next = rounds.await(call, found, path, identity);
        yield new Reply(200, inputRequired(request, found, asks.requests(), next));
      }
      case PendingCall.Outcome.Failed failed -> throw failure(failed.cause());
    };
  }

  private static UpstreamException failure(Exception cause)
      throws ModernFault, IOException, InterruptedException {
    return switch (cause) {
      case ModernFault fault -> throw fault;
      case UpstreamException fault -> fault;
      case IOException fault -> throw fault;
      case InterruptedException fault -> throw fault;
      default -> throw new IllegalStateException(cause);
    };
  }

  private static Envelope inputRequired(
      ModernRequest request,
      Carriers.Found found,
      SequencedMap<String, ObjectNode> requests,
      String state) {
    ObjectNode result = JSON.createObjectNode();
    result.put("resultType", "input_required");
    ObjectNode asked = result.putObject("inputRequests");
    requests.forEach(asked::set);
    result.put("requestState", state);
    ObjectNode meta = result.putObject("_meta");
    meta(found).forEach((name, json) -> meta.set(name, Results.tree(json)));
    return Results.of(request.id(), result);
  }

  private static Reply reply(
      ModernRequest request, Carriers.Found found, Envelope answer, Duration holds) {
    if (answer.kind() != Envelope.Kind.RESULT) {
      LegacyErrors.Modern error = LegacyErrors.of(answer, request.id());
      return new Reply(error.status(), error.message());
    }
    SequencedMap<String, String> members = new LinkedHashMap<>();
    members.put("resultType", "\"complete\"");
    if (isCacheable(request.method())) {
      members.put("ttlMs", String.valueOf(Math.max(0, holds.toMillis())));
      boolean isList = request.method().endsWith("/list");
      members.put("cacheScope", isList ? "\"" + scope(found) + "\"" : "\"private\"");
    }
    return new Reply(200, Results.with(answer, request.id(), members, meta(found)));
  }

  private static boolean isCacheable(String method) {
    return method.endsWith("/list") || method.equals("resources/read");
  }

  private Reply listen(
      ModernRequest request, String path, Identity identity, UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    var subscription = Subscription.of(request);
    subscriptions.add(subscription);
    try {
      if (draining) {
        subscription.over();
      }
      return new Reply(200, listen(subscription, request, path, identity, client));
    } finally {
      subscriptions.remove(subscription);
    }
  }

  /** Subscriptions to resources are a client's own: they have a session for themselves. */
  private Envelope listen(
      Subscription subscription,
      ModernRequest request,
      String path,
      Identity identity,
      UpstreamTransport.StreamSink client)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    if (request.handle() != null || !subscription.wantsResources()) {
      return subscription.run(carriers.forAsking(request, path, identity).carrier(), client);
    }
    Carrier own = carriers.openForStream(request, path, identity);
    try {
      return subscription.run(own, client);
    } finally {
      carriers.end(own);
    }
  }

  /**
   * What a client is told when its upstream did not answer. Other words than in the legacy era: 404
   * means an unknown method now, and there is no session to begin anew.
   */
  public static Reply failed(UpstreamException fault, ModernRequest request) {
    String message = String.valueOf(fault.getMessage());
    return switch (fault) {
      case OutcomeUnknownException unknown -> error(200, request, message, "outcome-unknown");
      case UpstreamSessionLostException lost -> error(200, request, message, "session-lost");
      case UpstreamRejectedException rejected -> {
        Envelope theirs = errorIn(rejected);
        if (theirs == null) {
          yield error(502, request, message, "rejected");
        }
        LegacyErrors.Modern mapped = LegacyErrors.of(theirs, request.id());
        yield new Reply(mapped.status(), mapped.message());
      }
      case NoSuchRouteException gone -> error(404, request, message, "no-such-route");
      default -> error(503, request, message, "unavailable");
    };
  }

  private static @Nullable Envelope errorIn(UpstreamRejectedException rejected) {
    try {
      Messages.Read read = Messages.read(rejected.body());
      Envelope first = read.messages().getFirst();
      return first.kind() == Envelope.Kind.ERROR ? first : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  private static Reply error(int status, ModernRequest request, String message, String cause) {
    return new Reply(
        status,
        Messages.error(
            request.id(), JsonRpcError.INTERNAL_ERROR, message, ModernFault.cause(cause)));
  }
}
