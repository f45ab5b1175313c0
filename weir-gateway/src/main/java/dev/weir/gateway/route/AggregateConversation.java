package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.lease.AskTable;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with several upstreams at once. Each member is a session of its own,
 * shaken hands with by the client's own initialize; a request goes to the member that its name or
 * URI belongs to, a list is gathered from all.
 *
 * <p>Thread-safe. The members are fixed once it is opened; a member that fails is left out of what
 * it fails in. Requests keep the client's ids; questions of servers get ids from the {@link
 * AskTable}.
 */
final class AggregateConversation implements Conversation {
  private static final System.Logger LOG = System.getLogger(AggregateConversation.class.getName());

  private final ClientOutlet outlet;
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final AskTable<Member> asks = new AskTable<>();
  private final ResourceOwners owners = new ResourceOwners();
  private final ListMerge lists = new ListMerge();
  private final Map<RequestId, Member> running = new ConcurrentHashMap<>();
  private final Set<RequestId> cancelledIds = ConcurrentHashMap.newKeySet();
  private final List<StandingStream> standing = new CopyOnWriteArrayList<>();

  AggregateConversation(ClientOutlet outlet) {
    this.outlet = outlet;
  }

  void add(Member member) {
    members.add(member);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** Streams and event ids of several upstreams cannot be one stream: the session keeps its own. */
  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {
    throw new UnsupportedOperationException("the session keeps the streams of an aggregate");
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    try {
      return dispatch(request, Objects.requireNonNull(request.id()), client);
    } finally {
      cancelledIds.remove(request.id());
    }
  }

  private Answer dispatch(Envelope request, RequestId id, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    return switch (String.valueOf(request.method())) {
      case "initialize" -> initialize(request, client);
      case "ping" -> result(id, "{}");
      case "tools/list" -> list(id, "tools", "tools/list", "tools");
      case "prompts/list" -> list(id, "prompts", "prompts/list", "prompts");
      case "resources/list" -> list(id, "resources", "resources/list", "resources");
      case "resources/templates/list" ->
          list(id, "resources", "resources/templates/list", "resourceTemplates");
      case "tools/call", "prompts/get" -> byName(request, client);
      case "resources/read" -> byUri(request, String.valueOf(request.uri()), client);
      case "resources/subscribe", "resources/unsubscribe" -> {
        findOwner(id, String.valueOf(request.uri()));
        yield byUri(request, String.valueOf(request.uri()), client);
      }
      case "completion/complete" -> complete(request, client);
      case "logging/setLevel" -> setLevel(request, client);
      default ->
          error(id, JsonRpcError.METHOD_NOT_FOUND, "no such method here: " + request.method());
    };
  }

  private Answer initialize(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    Map<Member, Envelope> results =
        Gather.from(members, member -> resultOf(ask(member, request, client)), this::leftOut);
    results.forEach(Member::shookHands);
    List<Member> willing = members.stream().filter(member -> member.handshake() != null).toList();
    if (willing.isEmpty()) {
      // Nobody answered: the first one's own words say more than any of ours.
      return ask(members.getFirst(), request, client);
    }
    return result(Objects.requireNonNull(request.id()), Handshakes.merge(willing));
  }

  private Answer list(RequestId id, String capability, String method, String key)
      throws InterruptedException {
    List<Member> able = members.stream().filter(member -> member.can(capability)).toList();
    Map<Member, List<String>> found =
        Gather.from(able, member -> lists.all(member, method, key), this::leftOut);
    List<String> merged = new ArrayList<>();
    for (Member member : able) {
      List<String> elements = found.getOrDefault(member, List.of());
      switch (key) {
        case "resources" -> owners.listed(member, elements);
        case "resourceTemplates" -> owners.listedTemplates(member, elements);
        default ->
            elements =
                elements.stream()
                    .map(
                        element ->
                            JsonText.replaceString(
                                element, "name", name -> NamePrefix.add(member.name(), name)))
                    .toList();
      }
      merged.addAll(elements);
    }
    return result(id, "{\"" + key + "\":[" + String.join(",", merged) + "]}");
  }

  private Answer byName(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    String name = request.name();
    NamePrefix.Split split = name == null ? null : NamePrefix.split(name);
    Member member = split == null ? null : member(split.upstream());
    if (split == null || member == null) {
      return error(
          Objects.requireNonNull(request.id()),
          JsonRpcError.INVALID_PARAMS,
          "unknown name: " + name + "; names here are NAME__name, NAME being one of " + names());
    }
    return ask(member, request.withName(split.name()), client);
  }

  /**
   * Asks for the lists that the client has not asked for. A read finds its member by trying, but
   * many servers accept a subscription to anything, also to what is another one's.
   */
  private void findOwner(RequestId id, String uri) throws InterruptedException {
    if (!owners.knows(uri)) {
      list(id, "resources", "resources/list", "resources").close();
    }
    if (!owners.knows(uri)) {
      list(id, "resources", "resources/templates/list", "resourceTemplates").close();
    }
  }

  private Answer byUri(Envelope request, String uri, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer = null;
    for (Member member : owners.candidates(uri, members)) {
      if (answer != null) {
        answer.close();
      }
      answer = ask(member, request, client);
      if (isResult(answer)) {
        return answer;
      }
    }
    return answer != null
        ? answer
        : error(
            Objects.requireNonNull(request.id()),
            JsonRpcError.INVALID_PARAMS,
            "no upstream here has resources: " + uri);
  }

  private Answer complete(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    String ref = request.member("ref");
    String name = ref == null ? null : JsonText.string(ref, "name");
    if (ref == null || name == null) {
      String uri = ref == null ? null : JsonText.string(ref, "uri");
      return byUri(request, String.valueOf(uri), client);
    }
    NamePrefix.Split split = NamePrefix.split(name);
    Member member = split == null ? null : member(split.upstream());
    if (split == null || member == null) {
      return error(id, JsonRpcError.INVALID_PARAMS, "unknown prompt: " + name);
    }
    String inner = JsonText.replaceString(ref, "name", prefixed -> split.name());
    StringBuilder params = new StringBuilder("{\"ref\":").append(inner);
    for (String other : List.of("argument", "context", "_meta")) {
      String value = request.member(other);
      if (value != null) {
        params.append(",\"").append(other).append("\":").append(value);
      }
    }
    return ask(
        member, Messages.request(id, "completion/complete", params.append('}').toString()), client);
  }

  private Answer setLevel(Envelope request, Answer.Exchange client) throws InterruptedException {
    List<Member> able = members.stream().filter(member -> member.can("logging")).toList();
    Gather.from(able, member -> resultOf(ask(member, request, client)), this::leftOut);
    return result(Objects.requireNonNull(request.id()), "{}");
  }

  /** Asks one member, and keeps in mind whom a cancellation would be for. */
  private Answer ask(Member member, Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    running.put(id, member);
    try {
      return new ResumingCall(
              member.session(),
              client,
              message -> outward(member, message),
              () -> cancelledIds.contains(id))
          .run(request);
    } catch (UpstreamSessionLostException e) {
      throw lostToAll(e);
    } finally {
      running.remove(id);
    }
  }

  /**
   * One member that is lost for good is no reason to end the session as long as there are others.
   */
  private UpstreamException lostToAll(UpstreamSessionLostException lost) {
    return members.isEmpty()
        ? lost
        : new UpstreamUnavailableException(String.valueOf(lost.getMessage()), lost);
  }

  private void pass(Member member, Envelope message)
      throws UpstreamException, InterruptedException {
    try {
      member.session().send(message);
    } catch (UpstreamSessionLostException e) {
      throw lostToAll(e);
    }
  }

  private @Nullable Envelope outward(Member member, Envelope message) {
    if (message.isRequest()) {
      return message.withId(asks.add(member, Objects.requireNonNull(message.id())));
    }
    RequestId cancelled = message.cancelledId();
    if (cancelled != null) {
      RequestId known = asks.outward(member, cancelled);
      return known == null ? null : message.withCancelledId(known);
    }
    return message.isResponse() ? null : message;
  }

  void deliver(Member member, Envelope message) {
    Envelope seen = outward(member, message);
    if (seen != null) {
      outlet.deliver(seen);
    }
  }

  boolean isListening() {
    return outlet.isListening();
  }

  void lost(Member member) {
    LOG.log(
        System.Logger.Level.WARNING,
        "upstream \"" + member.name() + "\" left an aggregate session");
    members.remove(member);
    // On a thread of its own: this one may be the wire's, which an end waits for.
    Thread.ofVirtual().name("member-end").start(member.session()::close);
    if (members.isEmpty()) {
      outlet.upstreamEnded();
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    if (message.isResponse()) {
      AskTable.Ask<Member> ask = asks.take(message.id());
      if (ask != null) {
        pass(ask.asker(), message.withId(ask.id()));
      }
      return;
    }
    RequestId cancelled = message.cancelledId();
    if (cancelled != null) {
      Member member = running.remove(cancelled);
      if (member != null) {
        cancelledIds.add(cancelled);
        pass(member, message);
      }
      return;
    }
    for (Member member : members) {
      if (member.handshake() != null) {
        tell(member, message);
      }
    }
    if (message.is("notifications/initialized")) {
      listenToMembers();
    }
  }

  private void tell(Member member, Envelope message) throws InterruptedException {
    try {
      member.session().send(message);
    } catch (UpstreamException e) {
      leftOut(member, e);
    }
  }

  private void listenToMembers() {
    for (Member member : members) {
      if (member.handshake() != null && member.session().hasStreams()) {
        standing.add(new StandingStream(member.session(), message -> deliver(member, message)));
      }
    }
  }

  private void leftOut(Member member, Exception cause) {
    LOG.log(
        System.Logger.Level.WARNING,
        "upstream \"" + member.name() + "\" left out of an answer: " + cause.getMessage());
  }

  private @Nullable Member member(String name) {
    for (Member member : members) {
      if (member.name().equals(name)) {
        return member;
      }
    }
    return null;
  }

  private String names() {
    return String.join(", ", members.stream().map(Member::name).toList());
  }

  private static Envelope resultOf(Answer answer) throws IOException {
    try (answer) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        if (message.kind() == Envelope.Kind.RESULT) {
          return message;
        }
        throw new IOException("refused: " + message.member("message"));
      }
      throw new IOException("no answer");
    }
  }

  private static boolean isResult(Answer answer) {
    return answer instanceof Answer.Response response
        && response.event().message() instanceof Envelope message
        && message.kind() == Envelope.Kind.RESULT;
  }

  private static Answer result(RequestId id, String result) {
    return new Answer.Response(ServerEvent.of(Messages.result(id, result)), false, () -> {});
  }

  private static Answer error(RequestId id, int code, String message) {
    return new Answer.Response(
        ServerEvent.of(Messages.error(id, code, message, null)), false, () -> {});
  }

  @Override
  public void close() {
    standing.forEach(StandingStream::close);
    // At once, so that several processes that take their time end beside each other.
    List<Thread> ending = new ArrayList<>();
    for (Member member : members) {
      ending.add(Thread.startVirtualThread(() -> member.session().close()));
    }
    try {
      for (Thread thread : ending) {
        thread.join(Duration.ofMinutes(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
