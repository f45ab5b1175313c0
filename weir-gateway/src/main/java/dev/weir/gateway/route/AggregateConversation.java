package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.lease.AskTable;
import dev.weir.gateway.route.Catalogue.Audience;
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
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
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

  /** What a client declares is kept as a key. */
  private static final int LONGEST_CLIENT = 8192;

  private final ClientOutlet outlet;
  private final Catalogue catalogue;
  private final AggregateOptions options;
  private final String caller;
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final AskTable<Member> asks = new AskTable<>();
  private final ResourceOwners owners = new ResourceOwners();
  private final AggregateLists lists;
  private final Map<RequestId, Member> running = new ConcurrentHashMap<>();
  private final Set<RequestId> cancelledIds = ConcurrentHashMap.newKeySet();
  private final List<StandingStream> standing = new CopyOnWriteArrayList<>();
  private volatile @Nullable String version;
  private volatile @Nullable Envelope initialized;

  /**
   * @param caller the subject whose conversation it is
   */
  AggregateConversation(
      ClientOutlet outlet, Catalogue catalogue, AggregateOptions options, String caller) {
    this.outlet = outlet;
    this.catalogue = catalogue;
    this.options = options;
    this.caller = caller;
    this.lists = new AggregateLists(catalogue, options.patience(), this::tellChanged);
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
      case "tools/list" -> list(request, Kind.TOOLS);
      case "prompts/list" -> list(request, Kind.PROMPTS);
      case "resources/list" -> list(request, Kind.RESOURCES);
      case "resources/templates/list" -> list(request, Kind.TEMPLATES);
      case "tools/call" -> byName(request, Kind.TOOLS, client);
      case "prompts/get" -> byName(request, Kind.PROMPTS, client);
      case "resources/read" -> byUri(request, String.valueOf(request.uri()), client);
      case "resources/subscribe", "resources/unsubscribe" -> {
        findOwner(String.valueOf(request.uri()));
        yield byUri(request, String.valueOf(request.uri()), client);
      }
      case "completion/complete" -> complete(request, client);
      case "logging/setLevel" -> setLevel(request);
      default ->
          error(id, JsonRpcError.METHOD_NOT_FOUND, "no such method here: " + request.method());
    };
  }

  /**
   * Shakes hands with all. Who is slow is taken at the word that it gave to others who said the
   * same, and joins when it has answered; where nobody has a word yet, the first to answer is
   * waited for.
   */
  private Answer initialize(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    Audience audience = audience(request);
    lists.belongTo(audience);
    List<CompletableFuture<Envelope>> handshakes = new ArrayList<>();
    for (Member member : members) {
      member.expect(audience == null ? null : catalogue.handshake(member.name(), audience));
      handshakes.add(
          Gather.begin(member, one -> shakeHands(one, request))
              .whenComplete((result, failure) -> shookHands(member, audience, result, failure)));
    }
    Gather.await(handshakes, options.patience());
    if (introduced().isEmpty()) {
      Gather.awaitFirst(handshakes);
    }
    List<Member> willing = introduced();
    if (willing.isEmpty()) {
      // Nobody answered: the first one's own words say more than any of ours.
      return askAtOnce(members.getFirst(), request, client);
    }
    String merged = Handshakes.merge(willing);
    version = JsonText.string(merged, "protocolVersion");
    return result(Objects.requireNonNull(request.id()), merged);
  }

  private List<Member> introduced() {
    return members.stream().filter(member -> member.introduction() != null).toList();
  }

  /** Who hears the same of an upstream; null for a client that says more than it should keep. */
  private @Nullable Audience audience(Envelope initialize) {
    String client = initialize.protocolVersion() + initialize.member("capabilities");
    return client.length() > LONGEST_CLIENT ? null : new Audience(caller, client);
  }

  private Envelope shakeHands(Member member, Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    return resultOf(
        new ResumingCall(member.session(), new Unasked(member), message -> message, () -> false)
            .run(request));
  }

  private void shookHands(
      Member member,
      @Nullable Audience audience,
      @Nullable Envelope result,
      @Nullable Throwable failure) {
    String agreed = version;
    String its = result == null ? null : result.protocolVersion();
    if (result == null || failure != null) {
      Throwable why = failure == null ? new IOException("no answer") : failure;
      member.refused(why);
      leftOut(member, why);
    } else if (agreed != null && its != null && its.compareTo(agreed) < 0) {
      String text = "speaks version %s only, and this session has agreed on %s";
      member.refused(new IOException(text.formatted(its, agreed)));
      leftOut(member, new IOException(text.formatted(its, agreed)));
    } else {
      member.shookHands(result);
      if (audience != null) {
        catalogue.shookHands(member.name(), audience, result);
      }
    }
    Envelope message = initialized;
    if (message != null && member.handshake() != null) {
      join(member, message);
    }
  }

  /** A member that was not ready when the client was is told now, and the client of it. */
  private void join(Member member, Envelope message) {
    try {
      if (tellInitialized(member, message)) {
        for (Kind kind : Kind.values()) {
          if (kind != Kind.TEMPLATES && member.can(kind.capability)) {
            tellChanged(kind);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tellChanged(Kind kind) {
    outlet.deliver(Messages.notification(kind.changed(), null));
  }

  private Answer list(Envelope request, Kind kind) throws InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    AggregateLists.Merged merged = gathered(kind);
    String given = request.member("cursor");
    String cursor = given == null ? null : JsonText.unquote(given);
    Pages.Page page = Pages.of(merged.elements(), cursor, options.pageSize());
    if (page == null) {
      return error(
          id, JsonRpcError.INVALID_PARAMS, "this cursor means nothing here; list from the start");
    }
    StringJoiner elements = new StringJoiner(",", "[", "]");
    page.elements().forEach(element -> elements.add(element.json()));
    StringJoiner result = new StringJoiner(",", "{", "}");
    result.add("\"" + kind.key + "\":" + elements);
    if (page.next() != null) {
      result.add("\"nextCursor\":" + JsonText.quote(page.next()));
    }
    if (!merged.remarks().isEmpty()) {
      StringJoiner remarks = new StringJoiner(",", "{", "}");
      merged
          .remarks()
          .forEach(
              (upstream, remark) ->
                  remarks.add(JsonText.quote(upstream) + ":" + JsonText.quote(remark)));
      result.add("\"_meta\":{\"" + AggregateLists.UPSTREAMS + "\":" + remarks + "}");
    }
    return result(id, result.toString());
  }

  private AggregateLists.Merged gathered(Kind kind) throws InterruptedException {
    AggregateLists.Merged merged = lists.list(kind, members);
    for (Member member : members) {
      Catalogue.Known known = lists.lastKnown(member, kind);
      if (known != null && kind == Kind.RESOURCES) {
        owners.listed(member, known.elements());
      } else if (known != null && kind == Kind.TEMPLATES) {
        owners.listedTemplates(member, known.elements());
      }
    }
    return merged;
  }

  private Answer byName(Envelope request, Kind kind, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    String shown = request.name();
    if (shown == null) {
      return error(id, JsonRpcError.INVALID_PARAMS, "params.name is missing");
    }
    Member member = memberOf(shown, kind);
    String name = member == null ? null : member.view().names(kind).inward(shown);
    if (member == null || name == null) {
      return unknown(id, shown, kind);
    }
    return ask(member, request.withName(name), client);
  }

  private static Answer unknown(RequestId id, String shown, Kind kind) {
    return error(
        id,
        JsonRpcError.INVALID_PARAMS,
        "unknown name: " + shown + "; " + kind.method + " has all names of this route");
  }

  /**
   * Whose name it is. Most are told from their prefix; where several could have it, the first that
   * lists it, which is the one that the client was shown.
   */
  private @Nullable Member memberOf(String shown, Kind kind) throws InterruptedException {
    List<Member> candidates =
        members.stream().filter(member -> member.view().names(kind).inward(shown) != null).toList();
    if (candidates.size() > 1) {
      if (candidates.stream().anyMatch(member -> lists.lastKnown(member, kind) == null)) {
        var _ = gathered(kind);
      }
      for (Member member : candidates) {
        if (lists(member, kind, Objects.requireNonNull(member.view().names(kind).inward(shown)))) {
          return member;
        }
      }
    }
    return candidates.isEmpty() ? null : candidates.getFirst();
  }

  private boolean lists(Member member, Kind kind, String name) {
    Catalogue.Known known = lists.lastKnown(member, kind);
    return known != null
        && known.elements().stream()
            .anyMatch(element -> name.equals(JsonText.string(element, kind.identity)));
  }

  /**
   * Asks for the lists that the client has not asked for. A read finds its member by trying, but
   * many servers accept a subscription to anything, also to what is another one's.
   */
  private void findOwner(String uri) throws InterruptedException {
    if (!owners.knows(uri)) {
      var _ = gathered(Kind.RESOURCES);
    }
    if (!owners.knows(uri)) {
      var _ = gathered(Kind.TEMPLATES);
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
    String shown = ref == null ? null : JsonText.string(ref, "name");
    if (ref == null || shown == null) {
      String uri = ref == null ? null : JsonText.string(ref, "uri");
      return byUri(request, String.valueOf(uri), client);
    }
    Member member = memberOf(shown, Kind.PROMPTS);
    String name = member == null ? null : member.view().prompts().inward(shown);
    if (member == null || name == null) {
      return unknown(id, shown, Kind.PROMPTS);
    }
    String inner = JsonText.replaceString(ref, "name", _ -> name);
    return ask(member, request.withMember("ref", inner), client);
  }

  private Answer setLevel(Envelope request) throws InterruptedException {
    List<CompletableFuture<Envelope>> told = new ArrayList<>();
    for (Member member : members) {
      if (member.can("logging")) {
        told.add(
            Gather.begin(member, one -> resultOf(ask(one, request, new Unasked(one))))
                .whenComplete((_, failure) -> leftOut(member, failure)));
      }
    }
    Gather.await(told, options.patience());
    return result(Objects.requireNonNull(request.id()), "{}");
  }

  /** Asks one member, and keeps in mind whom a cancellation would be for. */
  private Answer ask(Member member, Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    member.awaitReady();
    return askAtOnce(member, request, client);
  }

  private Answer askAtOnce(Member member, Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    running.put(id, member);
    member.used();
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
    if (message.method() != null) {
      lists.changed(member, message.method());
    }
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
    boolean isInitialized = message.is("notifications/initialized");
    if (isInitialized) {
      initialized = message; // before the look at who is ready: who is later looks here
    }
    for (Member member : members) {
      if (member.handshake() == null) {
        continue;
      }
      if (isInitialized) {
        tellInitialized(member, message);
      } else {
        tell(member, message);
      }
    }
  }

  /** True when it had not been told. */
  private boolean tellInitialized(Member member, Envelope message) throws InterruptedException {
    if (!member.toBeToldInitialized()) {
      return false;
    }
    tell(member, message);
    if (member.session().hasStreams()) {
      standing.add(new StandingStream(member.session(), told -> deliver(member, told)));
    }
    return true;
  }

  private void tell(Member member, Envelope message) throws InterruptedException {
    try {
      member.session().send(message);
    } catch (UpstreamException e) {
      leftOut(member, e);
    }
  }

  private void leftOut(Member member, @Nullable Throwable cause) {
    if (cause != null) {
      LOG.log(
          System.Logger.Level.WARNING,
          "upstream \"" + member.name() + "\" left out of an answer: " + cause.getMessage());
    }
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

  /** Takes what comes before an answer that no request of the client waits for. */
  private final class Unasked implements Answer.Exchange {
    private final Member member;

    Unasked(Member member) {
      this.member = member;
    }

    @Override
    public void event(ServerEvent event) {
      if (event.message() != null) {
        deliver(member, event.message());
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // Nobody can leave.
    }
  }
}
