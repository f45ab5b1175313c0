package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.JsonText;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with several upstreams at once. Each member is a session of its own
 * ({@link Introductions}); a request goes to the member that its name or URI belongs to ({@link
 * MemberSearch}), a list is gathered from all; what goes to and fro is {@link MemberTraffic}.
 *
 * <p>Thread-safe. Who its members are is {@link AggregateMembers}' to say: a call holds the one
 * that it goes to, and looks for another when that has just left.
 */
final class AggregateConversation implements Conversation, AggregateMembers.Way {
  private final ClientOutlet outlet;
  private final AggregateOptions options;
  private final AggregateMembers membership;
  private final List<Member> members;
  private final MemberTraffic traffic;
  private final MemberSearch search;
  private final Introductions introductions;

  /**
   * @param path of its route, for people
   */
  AggregateConversation(
      String path,
      ClientOutlet outlet,
      Catalogue catalogue,
      AggregateOptions options,
      Identity caller) {
    this.outlet = outlet;
    this.options = options;
    this.membership = new AggregateMembers(path, caller, this);
    this.members = membership.taking();
    var lists = new AggregateLists(catalogue, options.patience(), this::tellChanged);
    this.traffic = new MemberTraffic(outlet, members, lists);
    this.search = new MemberSearch(members, lists);
    this.introductions =
        new Introductions(
            members,
            traffic,
            lists,
            catalogue,
            caller.key(),
            options.patience(),
            this::tellChanged);
  }

  /** Opens a session on each upstream; all of them failing is a failure. */
  void open(List<Part> parts) throws UpstreamException, InterruptedException {
    UpstreamException failure = membership.open(parts);
    if (members.isEmpty()) {
      throw Objects.requireNonNullElseGet(
          failure, () -> new UpstreamUnavailableException("no upstream is configured", null));
    }
  }

  /** Has these upstreams from now on. */
  void follow(List<Part> parts) throws InterruptedException {
    membership.follow(parts, introductions);
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
    return byName(id, shown, kind, client, request::withName);
  }

  /**
   * @param called the request, with the member's own name for what it is about
   */
  private Answer byName(
      RequestId id,
      String shown,
      Kind kind,
      Answer.Exchange client,
      Function<String, Envelope> called)
      throws UpstreamException, IOException, InterruptedException {
    while (true) {
      Member member = search.ofName(shown, kind);
      String name = member == null ? null : member.view().names(kind).inward(shown);
      if (member == null || name == null) {
        return unknown(id, shown, kind);
      }
      if (member.tryHold()) {
        try {
          return traffic.ask(member, called.apply(name).withoutTask(), client);
        } finally {
          member.release();
        }
      }
    }
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
      if (!member.tryHold()) {
        continue; // has just left
      }
      try {
        answer = traffic.ask(member, request, client);
      } finally {
        member.release();
      }
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
    return byName(
        id,
        shown,
        Kind.PROMPTS,
        client,
        name -> request.withMember("ref", JsonText.replaceString(ref, "name", _ -> name)));
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

  @Override
  public void deliver(Member member, Envelope message) {
    traffic.deliver(member, message);
  }

  @Override
  public boolean isListening() {
    return outlet.isListening();
  }

  @Override
  public List<String> clients() {
    return outlet.clients();
  }

  @Override
  public void lost(Member member) {
    if (membership.lost(member)) {
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
    membership.close();
  }
}
