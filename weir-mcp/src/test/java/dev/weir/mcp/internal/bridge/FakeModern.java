package dev.weir.mcp.internal.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A modern server in this JVM that a test plays, and the bridge in front of it. */
final class FakeModern implements UpstreamTransport {
  static final String DISCOVERED =
      """
      {"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":5,"cacheScope":"public",\
      "capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true},\
      "logging":{},"extensions":{"x/y":{}}},"instructions":"be kind",\
      "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"fake","version":"7"}}}""";

  final List<Envelope> asked = new CopyOnWriteArrayList<>();
  final List<Map<String, String>> fields = new CopyOnWriteArrayList<>();
  final CountDownLatch closed = new CountDownLatch(1);
  final CountDownLatch contradicted = new CountDownLatch(1);
  volatile String discovered = DISCOVERED;
  private final Play play;
  final LegacyOverModern bridge =
      new LegacyOverModern("test", this, contradicted::countDown, closedBridge -> {});

  /** What the server does with a request other than discovery. */
  interface Play {
    /** Null when the request was cancelled. */
    @Nullable Envelope answer(Envelope request, Call call) throws Exception;
  }

  /** A request that is being answered. */
  static final class Call {
    final Answer.Exchange exchange;
    final CountDownLatch cancelled = new CountDownLatch(1);

    Call(Answer.Exchange exchange) {
      this.exchange = exchange;
      exchange.whenClientLeaves(cancelled::countDown);
    }

    /** The header fields that came with it. */
    Map<String, String> fields() {
      return Objects.requireNonNullElse(exchange.mirrored(), Map.of());
    }

    void tell(String notification) throws IOException {
      exchange.event(ServerEvent.of(message(notification)));
    }

    void awaitCancelled() throws InterruptedException {
      if (!cancelled.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("not cancelled");
      }
    }
  }

  FakeModern(Play play) {
    this.play = play;
  }

  /** One with an initialized client that declares everything. */
  static FakeModern initialized(Play play) throws Exception {
    return initialized(
        "{\"sampling\":{},\"elicitation\":{},\"roots\":{\"listChanged\":true}}", play);
  }

  static FakeModern initialized(String capabilities, Play play) throws Exception {
    var fake = new FakeModern(play);
    fake.ask(
        "initialize",
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
            + capabilities
            + ",\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}");
    return fake;
  }

  static Envelope result(Envelope request, String result) {
    return Messages.result(Objects.requireNonNull(request.id()), result);
  }

  static Envelope error(Envelope request, int code, @Nullable String data) {
    return Messages.error(request.id(), code, "no", data);
  }

  /** An error that comes with a status. */
  static UpstreamRejectedException rejected(int status, byte[] body) {
    return new UpstreamRejectedException("refused with HTTP " + status, status, Map.of(), body);
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    asked.add(request);
    fields.add(Objects.requireNonNullElse(exchange.mirrored(), Map.of()));
    try {
      Envelope answer =
          request.is("server/discover")
              ? result(request, discovered)
              : play.answer(request, new Call(exchange));
      return answer == null
          ? new Answer.StreamEnded()
          : new Answer.Response(ServerEvent.of(answer), false, () -> {});
    } catch (UpstreamException | IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the bridge answers to a legacy request of id 1, as text. */
  String ask(String method, @Nullable String params) throws Exception {
    return ask(method, params, new Client());
  }

  String ask(String method, @Nullable String params, Answer.Exchange client) throws Exception {
    Answer answer = bridge.request(Messages.request(new RequestId("1"), method, params), client);
    return answer instanceof Answer.Response said ? text(said.event().message()) : "ended";
  }

  Envelope last() {
    return asked.getLast();
  }

  static String text(@Nullable Envelope message) {
    return message == null ? "-" : new String(message.toBytes(), UTF_8);
  }

  static Envelope message(String json) {
    try {
      return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  @Override
  public void send(Envelope message) {
    throw new AssertionError("nothing is sent to a modern server: " + message);
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) {
    throw new AssertionError("a modern server has no standing stream");
  }

  @Override
  public String describe() {
    return "a fake";
  }

  /** The bridge closes it; a test closes the bridge. */
  @Override
  public void close() {
    if (closed.getCount() > 0) {
      closed.countDown();
      bridge.close();
    }
  }

  /** A legacy client: takes what comes, and answers questions if it was told how. */
  static class Client implements UpstreamTransport.StreamSink {
    final List<Envelope> seen = new CopyOnWriteArrayList<>();
    final CountDownLatch opened = new CountDownLatch(1);
    private volatile @Nullable Runnable leaving;

    @Override
    public void event(ServerEvent event) throws IOException {
      seen.add(Objects.requireNonNull(event.message()));
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      leaving = action;
    }

    @Override
    public void opened() {
      opened.countDown();
    }

    void leave() {
      Runnable action = leaving;
      if (action != null) {
        action.run();
      }
    }

    List<String> texts() {
      return seen.stream().map(FakeModern::text).toList();
    }
  }
}
