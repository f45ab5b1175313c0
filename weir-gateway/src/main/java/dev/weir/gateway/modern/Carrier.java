package dev.weir.gateway.modern;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.session.ClientSession;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client session that the gateway itself has shaken hands for, so that requests of the modern era
 * can be carried to a server of the legacy one. Requests have ids and progress tokens of the
 * gateway's own here, since those of several clients may be the same.
 *
 * <p>Says whose is what the server sends: to the call that it came with or whose token it has; to
 * who listens, if it says that something changed; a question that came outside of any call to the
 * oldest one that may ask, since all calls that can be asked are of one client here ({@link
 * Carriers}). What is left belongs to nobody and is dropped, or refused if it is a question.
 *
 * <p>States: open → ended, with its session. Thread-safe. {@code calls} is guarded by itself, and
 * nothing blocks under it; {@code settings} is held while the server is asked to set something.
 */
final class Carrier {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Some servers say nothing on a stream, not even that it is open, until there is something. */
  private static final Duration OPENS_WITHIN = Duration.ofSeconds(2);

  /** What of a modern client's capabilities a legacy server knows. */
  private static final List<String> CAPABILITIES =
      List.of("sampling", "elicitation", "roots", "experimental");

  private final ClientSession session;
  private final Envelope handshake;
  private final ObjectNode capabilities;
  private final boolean isOneClients;
  private final AtomicLong ids;
  private final Map<RequestId, PendingCall> calls = new LinkedHashMap<>();
  private final Set<Hearing> hearings = ConcurrentHashMap.newKeySet();
  private final ReentrantLock settings = new ReentrantLock();
  private final Map<String, Integer> subscribed = new LinkedHashMap<>();
  private final ListCache lists = new ListCache();
  private final PageVisits visits = new PageVisits(PageVisits.COMPLETED_WITHIN);
  private int level = ModernRequest.LEVELS.size();
  private @Nullable StandingStream standing;
  private volatile boolean over;

  /** Hears what changed. Called on the thread that reads for all: returns at once. */
  interface Hearing {
    void heard(Envelope notification);

    /** The session has ended: there is nothing more to hear. */
    void over();
  }

  private Carrier(ClientSession session, Envelope handshake, boolean isOneClients, AtomicLong ids) {
    this.session = session;
    this.handshake = handshake;
    this.isOneClients = isOneClients;
    this.ids = ids;
    this.capabilities =
        Results.tree(handshake.member("capabilities")) instanceof ObjectNode declared
            ? declared
            : JSON.createObjectNode();
  }

  /**
   * Shakes hands on a session that was just opened.
   *
   * @param declared what its clients can do, as they declared it
   * @param clientInfo who the server is told that its client is
   * @param isOneClients whether all its requests are of one client
   */
  static Carrier open(
      ClientSession session, ObjectNode declared, ObjectNode clientInfo, boolean isOneClients)
      throws UpstreamException, IOException, InterruptedException {
    ObjectNode params = JSON.createObjectNode();
    params.put("protocolVersion", ProtocolVersion.newestLegacy().wire());
    params.set("capabilities", known(declared));
    params.set("clientInfo", clientInfo);
    var ids = new AtomicLong();
    var first = new RequestId(String.valueOf(ids.incrementAndGet()));
    Envelope request = Messages.request(first, "initialize", params.toString());
    Envelope answer = begun(session, request);
    if (answer.kind() != Envelope.Kind.RESULT) {
      throw new UpstreamUnavailableException(
          "the server behind "
              + session.path()
              + " refused initialize: "
              + answer.member("message"),
          null);
    }
    session.send(Messages.notification("notifications/initialized", null));
    var carrier = new Carrier(session, answer, isOneClients, ids);
    boolean mayBeAsked = !known(declared).isEmpty();
    // Where it costs a connection, only for what may come of it.
    if (!session.hasStreams() || mayBeAsked || !isOneClients) {
      var _ = carrier.listen();
    }
    session.whenClosed(carrier::ended);
    return carrier;
  }

  /** However the handshake failed, nothing that a client asked for was written. */
  private static Envelope begun(ClientSession session, Envelope initialize)
      throws UpstreamException, IOException, InterruptedException {
    try {
      return ask(session, initialize, message -> {});
    } catch (OutcomeUnknownException | UpstreamRejectedException | UpstreamSessionLostException e) {
      throw new UpstreamUnavailableException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What of these a legacy server is told. */
  static ObjectNode known(ObjectNode declared) {
    ObjectNode known = JSON.createObjectNode();
    for (String name : CAPABILITIES) {
      if (declared.path(name).isObject()) {
        known.set(name, declared.get(name));
      }
    }
    return known;
  }

  ClientSession session() {
    return session;
  }

  /** The server's answer to initialize. */
  Envelope handshake() {
    return handshake;
  }

  /** What the server can do. */
  ObjectNode capabilities() {
    return capabilities;
  }

  /** The lists that it gave; for sessions that answer several clients. */
  ListCache lists() {
    return lists;
  }

  /** The pages that clients of its calls are to visit. */
  PageVisits visits() {
    return visits;
  }

  RequestId nextId() {
    return new RequestId(String.valueOf(ids.incrementAndGet()));
  }

  /** A request of the gateway's own, or one whose answer alone counts. */
  Envelope ask(Envelope request) throws UpstreamException, IOException, InterruptedException {
    return ask(session, request, this::alone);
  }

  private static Envelope ask(ClientSession session, Envelope request, Consumer<Envelope> besides)
      throws UpstreamException, IOException, InterruptedException {
    var call =
        new ResumingCall(
            session,
            new Nobody(),
            message -> {
              besides.accept(message);
              return null;
            },
            () -> false);
    try (Answer answer = call.run(request)) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        return message;
      }
      throw new UpstreamUnavailableException(
          "the server behind " + session.path() + " did not answer " + request.method(), null);
    }
  }

  private synchronized StandingStream listen() {
    if (standing == null) {
      standing = new StandingStream(session.unattended(), this::alone);
    }
    return standing;
  }

  private void ended() {
    StandingStream stream;
    synchronized (this) {
      stream = standing;
    }
    if (stream != null) {
      stream.close();
    }
    over = true;
    hearings.forEach(Hearing::over);
  }

  /** The server is told at least this level; who wants less is told less. */
  void tellLevel(String wanted) throws UpstreamException, IOException, InterruptedException {
    int rank = ModernRequest.LEVELS.indexOf(wanted);
    if (!capabilities.has("logging")) {
      return;
    }
    settings.lockInterruptibly();
    try {
      if (rank < level) {
        String params = JSON.createObjectNode().put("level", wanted).toString();
        Envelope answer = ask(Messages.request(nextId(), "logging/setLevel", params));
        if (answer.kind() == Envelope.Kind.RESULT) {
          level = rank;
        }
      }
    } finally {
      settings.unlock();
    }
  }

  void add(PendingCall call) {
    synchronized (calls) {
      calls.put(call.upstreamId(), call);
    }
  }

  void remove(PendingCall call) {
    synchronized (calls) {
      calls.remove(call.upstreamId());
    }
  }

  /** Whether the server has this call and has not answered it. */
  boolean isRunning(PendingCall call) {
    return ofToken(call.upstreamId()) == call;
  }

  /**
   * Returns when what the server says from now on is heard, or the server is slow to agree. Who
   * begins to hear looks afterwards whether it is over; the end goes through who hears.
   */
  void hear(Hearing hearing) throws InterruptedException {
    hearings.add(hearing);
    listen().awaitOpened(OPENS_WITHIN);
    if (over) {
      hearing.over();
    }
  }

  void unhear(Hearing hearing) {
    hearings.remove(hearing);
  }

  /** Subscribes to a resource; false when the server refused. Each time is to be taken back. */
  boolean subscribe(String uri) throws UpstreamException, IOException, InterruptedException {
    settings.lockInterruptibly();
    try {
      boolean agreed = subscribed.containsKey(uri) || set("resources/subscribe", uri);
      if (agreed) {
        subscribed.merge(uri, 1, Integer::sum);
      }
      return agreed;
    } finally {
      settings.unlock();
    }
  }

  void unsubscribe(String uri) throws UpstreamException, IOException, InterruptedException {
    settings.lockInterruptibly();
    try {
      Integer left = subscribed.computeIfPresent(uri, (_, count) -> count == 1 ? null : count - 1);
      if (left == null) {
        boolean unused = set("resources/unsubscribe", uri);
      }
    } finally {
      settings.unlock();
    }
  }

  private boolean set(String method, String uri)
      throws UpstreamException, IOException, InterruptedException {
    String params = JSON.createObjectNode().put("uri", uri).toString();
    return ask(Messages.request(nextId(), method, params)).kind() == Envelope.Kind.RESULT;
  }

  /**
   * Takes what came with a call.
   *
   * @return what the call's client sees of it; null for nothing
   */
  @Nullable Envelope sort(PendingCall call, Envelope message) {
    if (message.isRequest()) {
      call.asked(message);
      return null;
    }
    return switch (String.valueOf(message.method())) {
      case "notifications/progress" -> {
        if (call.upstreamId().equals(message.progressToken())) {
          yield message;
        }
        alone(message);
        yield null;
      }
      case "notifications/message" -> message;
      // Another era's way to follow a task.
      case "notifications/tasks/status" -> null;
      case "notifications/elicitation/complete",
          "notifications/cancelled",
          "notifications/tools/list_changed",
          "notifications/prompts/list_changed",
          "notifications/resources/list_changed",
          "notifications/resources/updated" -> {
        alone(message);
        yield null;
      }
      default -> message;
    };
  }

  /** Takes what came outside of any call. */
  private void alone(Envelope message) {
    if (message.isRequest()) {
      Question question = message.is("ping") ? null : Question.of(message);
      if (question == null) {
        reply(answerOfNobody(message));
      } else {
        adrift(question);
      }
      return;
    }
    switch (String.valueOf(message.method())) {
      case "notifications/progress" -> {
        PendingCall call = ofToken(message.progressToken());
        if (call != null) {
          call.event(message);
        }
      }
      case "notifications/cancelled" -> {
        RequestId question = message.cancelledId();
        if (question != null) {
          all().forEach(call -> call.takenBack(question));
        }
      }
      case "notifications/elicitation/complete" -> visits.completed(message);
      case "notifications/tools/list_changed",
          "notifications/prompts/list_changed",
          "notifications/resources/list_changed" -> {
        lists.changed(message);
        hearings.forEach(hearing -> hearing.heard(message));
      }
      case "notifications/resources/updated" -> hearings.forEach(hearing -> hearing.heard(message));
      default -> {
        // A log message, or what the modern era does not have: it belongs to no request.
      }
    }
  }

  /** Puts a question that named no call to one that may ask, or refuses it. */
  void adrift(Question question) {
    PendingCall call = askable();
    if (call != null) {
      call.adopt(question);
    } else {
      reply(question.refusal("no call is running that this can belong to"));
    }
  }

  /** A question that cannot be put to anybody: whose it is would be a guess. */
  static Envelope answerOfNobody(Envelope question) {
    RequestId id = Objects.requireNonNull(question.id());
    return question.is("ping")
        ? Messages.result(id, "{}")
        : Question.refusal(id, "no call that " + question.method() + " can belong to");
  }

  private @Nullable PendingCall askable() {
    return isOneClients
        ? all().stream().filter(PendingCall::mayBeAsked).findFirst().orElse(null)
        : null;
  }

  private @Nullable PendingCall ofToken(@Nullable RequestId token) {
    synchronized (calls) {
      return token == null ? null : calls.get(token);
    }
  }

  private List<PendingCall> all() {
    synchronized (calls) {
      return List.copyOf(calls.values());
    }
  }

  /**
   * Sends an answer or notification on a thread of its own: the wire's must not wait for itself.
   */
  void reply(Envelope message) {
    Thread.ofVirtual()
        .name("carrier-reply")
        .start(
            () -> {
              try {
                send(message);
              } catch (UpstreamException e) {
                // It has ended, so it waits for nothing.
              } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread.
              }
            });
  }

  /** Sends the client's answers, in their order. */
  void answer(List<Envelope> answers) throws UpstreamException, InterruptedException {
    for (Envelope answer : answers) {
      send(answer);
    }
  }

  private void send(Envelope message) throws UpstreamException, InterruptedException {
    if (!visits.answered(message)) {
      session.send(message);
    }
  }

  /** The session as the calls of this carrier see it. */
  Conversation conversation() {
    return session;
  }

  /** Counts a client that listens as one that waits. */
  ClientSession.Waiting attend() throws UpstreamSessionLostException {
    return session.attend();
  }

  /** Takes what comes before the answer to a request of the gateway's own. */
  private record Nobody() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // Nobody has asked.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // There is none.
    }
  }
}
