package dev.weir.mcp.internal.upstream;

import static dev.weir.pool.kit.Patience.await;

import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that speaks HTTP+SSE by a script, and connectors towards it. */
final class SseKit implements AutoCloseable {
  static final String ENDPOINT = "event: endpoint\ndata: /messages?session=secret\n\n";

  final ScriptedServer server;
  final HttpConnections http;
  final SseConnector connector;
  final Fixture.Heard heard = new Fixture.Heard();

  /** The streams that clients have opened, the last one at the end. */
  final List<Peer> streams = new CopyOnWriteArrayList<>();

  private SseKit(HttpOptions options, Duration within, Handler handler) throws IOException {
    server = ScriptedServer.answering((request, peer) -> handler.answer(request, peer));
    http = HttpConnections.create(options);
    connector = new SseConnector(options(), http, within);
  }

  HttpUpstreamOptions options() {
    return UpstreamKit.patient(HttpUpstreamOptions.of("test", server.uri("/sse")));
  }

  /** Answers {@code GET} as the handler says. */
  static SseKit opening(Handler get) throws IOException {
    return opening(Patience.LIMIT, get);
  }

  static SseKit opening(Duration within, Handler get) throws IOException {
    return new SseKit(PatientHttp.options(), within, get);
  }

  /** Names an endpoint, and gives what is posted there to the handler. */
  static SseKit posting(Posting posting) throws IOException {
    return posting(PatientHttp.options(), posting);
  }

  static SseKit posting(HttpOptions options, Posting posting) throws IOException {
    SseKit[] kit = new SseKit[1];
    kit[0] =
        new SseKit(
            options,
            Patience.LIMIT,
            (request, peer) -> {
              if (request.method().equals("GET")) {
                kit[0].stream(peer, ENDPOINT);
              } else {
                posting.take(request, peer, kit[0].stream());
              }
            });
    return kit[0];
  }

  /** Takes what is posted: acknowledges on one connection, and answers on the stream. */
  interface Posting {
    void take(Request request, Peer post, Peer stream) throws Exception;
  }

  /** Serves a stream that begins like this until its client leaves. */
  void stream(Peer peer, String beginning) throws IOException {
    peer.startEvents();
    streams.add(peer);
    peer.chunk(beginning);
    peer.awaitClose();
  }

  Peer stream() {
    return streams.getLast();
  }

  static void say(Peer stream, String message) throws IOException {
    synchronized (stream) {
      stream.chunk("event: message\ndata: " + message + "\n\n");
    }
  }

  /** Acknowledges, then answers. */
  static void answer(Request request, Peer post, Peer stream) throws IOException {
    post.answer(202, "", "Accepted");
    if (!UpstreamKit.id(request).equals("null")) {
      say(stream, UpstreamKit.result(request));
    }
  }

  UpstreamTransport open() throws Exception {
    return connector.open(heard);
  }

  static CompletableFuture<Answer> call(UpstreamTransport upstream, int id) {
    return call(upstream, id, new Fixture.Events());
  }

  static CompletableFuture<Answer> call(
      UpstreamTransport upstream, int id, Answer.Exchange exchange) {
    return Fixture.inBackground(upstream, Fixture.request(id, "tools/call", "{}"), exchange);
  }

  /** How often something was posted that contains this. */
  long posted(String part) {
    return server.requests().stream()
        .filter(request -> request.method().equals("POST") && request.body().contains(part))
        .count();
  }

  void awaitPosted(String part) {
    await().until(() -> posted(part) > 0);
  }

  OriginStats stats() {
    return http.stats(Origin.of(server.uri("/")));
  }

  @Override
  public void close() {
    connector.close();
    http.close();
    server.close();
  }
}
