package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.http.kit.ScriptedServer.Script;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An upstream with a script, the transport towards it, and whoever takes its events. */
final class UpstreamKit implements AutoCloseable {
  static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
          + "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}";
  static final String INITIALIZED =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"2025-06-18\"}}";
  static final String JSON = "Content-Type: application/json\r\n";
  static final String PROGRESS =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}}";

  final ScriptedServer server;
  final HttpConnections http;
  final UpstreamConnector connector;
  final UpstreamTransport upstream;
  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger ids = new AtomicInteger(100);

  UpstreamKit(ScriptedServer server, HttpOptions options, UnaryOperator<HttpUpstreamOptions> change)
      throws Exception {
    this.server = server;
    this.http = HttpConnections.create(options);
    HttpUpstreamOptions plain = HttpUpstreamOptions.of("test", server.uri("/mcp?key=query-secret"));
    this.connector = Transports.http(change.apply(plain), http);
    this.upstream = connector.open(new Silence());
  }

  /** With limits that no test meets because the machine is slow. */
  static HttpUpstreamOptions patient(HttpUpstreamOptions options) {
    return new HttpUpstreamOptions(
        options.name(),
        options.url(),
        options.tls(),
        options.headers(),
        options.maxMessage(),
        Patience.LIMIT,
        Patience.LIMIT,
        Patience.LIMIT,
        Patience.LIMIT);
  }

  /** With the limits that users have, for what happens when they pass. */
  static UpstreamKit withUsualLimits(HttpOptions options, Handler handler) throws Exception {
    return new UpstreamKit(ScriptedServer.answering(handler), options, UnaryOperator.identity());
  }

  static UpstreamKit answering(Handler handler) throws Exception {
    return answering(PatientHttp.options(), handler);
  }

  static UpstreamKit answering(HttpOptions options, Handler handler) throws Exception {
    return new UpstreamKit(ScriptedServer.answering(handler), options, UpstreamKit::patient);
  }

  static UpstreamKit of(Script script) throws Exception {
    return new UpstreamKit(ScriptedServer.of(script), PatientHttp.options(), UpstreamKit::patient);
  }

  /** Answers initialize with a session, and leaves everything else to the handler. */
  static Handler inSession(Handler others) {
    return (request, peer) -> {
      if (request.body().contains("\"initialize\"")) {
        peer.answer(200, JSON + "Mcp-Session-Id: session-secret\r\n", INITIALIZED);
      } else if (request.method().equals("DELETE")) {
        peer.answer(200, "", "");
      } else {
        others.answer(request, peer);
      }
    };
  }

  void initialize() throws Exception {
    upstream.request(message(INITIALIZE), new Events()).close();
  }

  Envelope call(String method) {
    return Messages.request(new RequestId("" + ids.incrementAndGet()), method, "{}");
  }

  Answer request(String method) throws Exception {
    return upstream.request(call(method), new Events());
  }

  OriginStats stats() {
    return http.stats(Origin.of(server.uri("/")));
  }

  /** Answers any request with its own id. */
  static String result(Request request) {
    return result(request, "{}");
  }

  static String result(Request request, String result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}".formatted(id(request), result);
  }

  static String id(Request request) {
    return id(message(request.body()));
  }

  /** The id of a message, or the message that has none. */
  static String id(@Nullable Envelope message) {
    RequestId id = message == null ? null : message.id();
    return id == null ? "null" : id.json();
  }

  static int size(@Nullable Envelope message) {
    return message == null ? 0 : message.size();
  }

  static void answerJson(Request request, Peer peer) throws IOException {
    peer.answer(200, JSON, result(request));
  }

  static Envelope message(String json) {
    try {
      return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  static String text(@Nullable Envelope message) {
    return message == null ? "-" : new String(message.toBytes(), UTF_8);
  }

  @Override
  public void close() {
    connector.close();
    http.close();
    server.close();
    threads.close();
  }

  /** Takes what comes, and can leave. */
  static class Events implements UpstreamTransport.StreamSink {
    final List<ServerEvent> seen = new CopyOnWriteArrayList<>();
    final CountDownLatch opened = new CountDownLatch(1);
    final CountDownLatch watched = new CountDownLatch(1);
    private volatile @Nullable Runnable whenClientLeaves;

    @Override
    public void event(ServerEvent event) throws IOException {
      seen.add(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      whenClientLeaves = action;
      watched.countDown();
    }

    @Override
    public void opened() {
      opened.countDown();
    }

    void leave() {
      Runnable action = whenClientLeaves;
      if (action != null) {
        action.run();
      }
    }
  }

  static final class Silence implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {
      throw new AssertionError("HTTP has streams for this");
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      throw new AssertionError("HTTP has no wire that ends");
    }
  }
}
