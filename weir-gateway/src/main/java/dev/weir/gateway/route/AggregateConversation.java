package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with several upstreams at once. Each member is a session of its own
 * ({@link Introductions}); a request goes to the member that its name or URI belongs to ({@link
 * MemberSearch}), a list is gathered from all; what goes to and fro is {@link MemberTraffic}.
 *
 * <p>Thread-safe. The members are fixed once it is opened; one that is lost leaves.
 */
final class AggregateConversation implements Conversation {
  private static final System.Logger LOG = System.getLogger(AggregateConversation.class.getName());

  private final ClientOutlet outlet;
  private final AggregateOptions options;
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final MemberTraffic traffic;
  private final MemberSearch search;
  private final Introductions introductions;

  /**
   * @param caller the subject whose conversation it is
   */
  AggregateConversation(
      ClientOutlet outlet, Catalogue catalogue, AggregateOptions options, String caller) {
    this.outlet = outlet;
    this.options = options;
    var lists = new AggregateLists(catalogue, options.patience(), this::tellChanged);
    this.traffic = new MemberTraffic(outlet, members, lists);
    this.search = new MemberSearch(members, lists);
    this.introductions =
        new Introductions(
            members, traffic, lists, catalogue, caller, options.patience(), this::tellChanged);
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
    RequestId id = Objects.requireNonNull(request.id());
    try {
      return dispatch(request, id, client);
    } finally {
      traffic.answered(id);
    }
  }

  private Answer dispatch(Envelope request, RequestId id, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    return switch (String.valueOf(request.method())) {
      case "initialize" -> initialize(Handshakes.offer(request), id, client);
      case "ping" -> result(id, "{}");
      case "tools/list" -> list(request, id, Kind.TOOLS);
      case "prompts/list" -> list(request, id, Kind.PROMPTS);
      case "resources/list" -> list(request, id, Kind.RESOURCES);
      case "resources/templates/list" -> list(request, id, Kind.TEMPLATES);
      case "tools/call" -> byName(request, id, Kind.TOOLS, client);
      case "prompts/get" -> byName(request, id, Kind.PROMPTS, client);
      case "resources/read" -> byUri(request, id, String.valueOf(request.uri()), client);
      case "resources/subscribe", "resources/unsubscribe" -> {
        String uri = String.valueOf(request.uri());
        search.findOwner(uri);
        yield byUri(request, id, uri, client);
      }
      case "completion/complete" -> complete(request, id, client);
      case "logging/setLevel" -> setLevel(request, id);
      default ->
          error(id, JsonRpcError.METHOD_NOT_FOUND, "no such method here: " + request.method());
    };
  }

  private Answer initialize(Envelope request, RequestId id, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    String merged = introductions.initialize(request);
    // Where nobody answered, the first one's own words say more than any of ours.
    return merged == null
        ? traffic.askAtOnce(members.getFirst(), request, client)
        : result(id, merged);
  }

  private void tellChanged(Kind kind) {
    outlet.deliver(Messages.notification(kind.changed(), null));
  }

  private Answer list(Envelope request, RequestId id, Kind kind) throws InterruptedException {
    AggregateLists.Merged merged = search.gathered(kind);
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
    if (merged.holds() != null) {
      result.add("\"ttlMs\":" + merged.holds());
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

  private Answer byName(Envelope request, RequestId id, Kind kind, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    String shown = request.name();
    if (shown == null) {
      return error(id, JsonRpcError.INVALID_PARAMS, "params.name is missing");
    }
    Member member = search.ofName(shown, kind);
    String name = member == null ? null : member.view().names(kind).inward(shown);
    return member == null || name == null
        ? unknown(id, shown, kind)
        : traffic.ask(member, request.withName(name).withoutTask(), client);
  }

  private static Answer unknown(RequestId id, String shown, Kind kind) {
    return error(
        id,
        JsonRpcError.INVALID_PARAMS,
        "unknown name: " + shown + "; " + kind.method + " has all names of this route");
  }

  private Answer byUri(Envelope request, RequestId id, String uri, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer = null;
    for (Member member : search.ofUri(uri)) {
      if (answer != null) {
        answer.close();
      }
      answer = traffic.ask(member, request, client);
      if (isResult(answer)) {
        return answer;
      }
    }
    return answer != null
        ? answer
        : error(id, JsonRpcError.INVALID_PARAMS, "no upstream here has resources: " + uri);
  }

  private static boolean isResult(Answer answer) {
    return answer instanceof Answer.Response response
        && response.event().message() instanceof Envelope message
        && message.kind() == Envelope.Kind.RESULT;
  }

  private Answer complete(Envelope request, RequestId id, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    String ref = request.member("ref");
    String shown = ref == null ? null : JsonText.string(ref, "name");
    if (ref == null || shown == null) {
      String uri = ref == null ? null : JsonText.string(ref, "uri");
      return byUri(request, id, String.valueOf(uri), client);
    }
    Member member = search.ofName(shown, Kind.PROMPTS);
    String name = member == null ? null : member.view().prompts().inward(shown);
    if (member == null || name == null) {
      return unknown(id, shown, Kind.PROMPTS);
    }
    String inner = JsonText.replaceString(ref, "name", _ -> name);
    return traffic.ask(member, request.withMember("ref", inner), client);
  }

  private Answer setLevel(Envelope request, RequestId id) throws InterruptedException {
    List<CompletableFuture<Envelope>> told = new ArrayList<>();
    for (Member member : members) {
      if (member.can("logging")) {
        told.add(
            Gather.begin(
                    member, one -> Gather.resultOf(traffic.ask(one, request, traffic.unasked(one))))
                .whenComplete((_, failure) -> traffic.leftOut(member, failure)));
      }
    }
    Gather.await(told, options.patience());
    return result(id, "{}");
  }

  void deliver(Member member, Envelope message) {
    traffic.deliver(member, message);
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
    if (traffic.take(message)) {
      return;
    }
    if (message.is("notifications/initialized")) {
      introductions.initialized(message);
      return;
    }
    for (Member member : members) {
      if (member.handshake() != null) {
        traffic.tell(member, message);
      }
    }
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
    introductions.close();
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
