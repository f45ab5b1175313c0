package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.mcp.internal.upstream.SseKit.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.kit.Patience;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of the two transports of HTTP a server speaks is found out by its answers. */
@Timeout(300)
class HttpOrSseTest {
  private final AtomicLong now = new AtomicLong();

  /** A server that can be renewed. */
  private static final class Server implements AutoCloseable {
    volatile int toInitialize = 404;
    volatile boolean hasStream = true;
    final SseKit kit;

    Server() throws Exception {
      kit = SseKit.opening(this::answer);
    }

    private void answer(Request request, Peer peer) throws Exception {
      boolean endpoint = request.target().startsWith("/messages");
      if (request.method().equals("GET") && hasStream) {
        kit.stream(peer, SseKit.ENDPOINT);
      } else if (endpoint) {
        SseKit.answer(request, peer, kit.stream());
      } else if (request.method().equals("POST") && toInitialize == 200) {
        UpstreamKit.answerJson(request, peer);
      } else {
        peer.answer(request.method().equals("POST") ? toInitialize : 405, "", "as I said");
      }
    }

    HttpOrSseConnector connector(AtomicLong now) {
      return new HttpOrSseConnector(
          new HttpUpstreamConnector(kit.options(), kit.http),
          new SseConnector(kit.options(), kit.http, Patience.LIMIT),
          now::get);
    }

    long postsOfInitialize(String target) {
      return kit.server.requests().stream()
          .filter(r -> r.target().startsWith(target) && r.body().contains("\"initialize\""))
          .count();
    }

    @Override
    public void close() {
      kit.close();
    }
  }

  private static UpstreamTransport begin(HttpOrSseConnector connector, SseKit kit)
      throws Exception {
    UpstreamTransport upstream = connector.open(kit.heard);
    upstream.request(UpstreamKit.message(UpstreamKit.INITIALIZE), new Events()).close();
    return upstream;
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405})
  void aServerThatKnowsNoPostIsAskedForAStream(int status) throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      server.toInitialize = status;
      UpstreamTransport upstream = connector.open(server.kit.heard);
      assertThat(upstream.hasStreams()).isTrue();
      upstream.request(UpstreamKit.message(UpstreamKit.INITIALIZE), new Events()).close();
      assertThat(upstream.hasStreams()).isFalse();
      assertThat(upstream.describe()).contains("HTTP+SSE");
      assertThat(text(call(upstream, 1).get())).contains("\"id\":1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500, 503})
  void anyOtherRefusalSaysNothingOfTheTransport(int status) throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      server.toInitialize = status;
      assertThatThrownBy(() -> begin(connector, server.kit))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(status));
      assertThat(server.kit.streams).isEmpty();
    }
  }

  @Test
  void aServerThatSpeaksNeitherIsToldByItsFirstAnswer() throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      server.toInitialize = 400;
      server.hasStream = false;
      assertThatThrownBy(() -> begin(connector, server.kit))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class,
              e -> assertThat(e.body()).asString().isEqualTo("as I said"));
    }
  }

  @Test
  void aServerThatTakesThePostSpeaksStreamableHttp() throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      server.toInitialize = 200;
      UpstreamTransport upstream = begin(connector, server.kit);
      assertThat(upstream.hasStreams()).isTrue();
      assertThat(upstream.describe()).contains("streamable HTTP");
      assertThat(server.kit.streams).isEmpty();
    }
  }

  @Test
  void theVerdictIsRememberedAndLookedAtAgainAfterAWhile() throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      begin(connector, server.kit);
      assertThat(connector.open(server.kit.heard).hasStreams()).isFalse();
      begin(connector, server.kit);
      assertThat(server.postsOfInitialize("/sse")).isEqualTo(1);
      assertThat(server.postsOfInitialize("/messages")).isEqualTo(2);

      now.addAndGet(Duration.ofMinutes(10).toNanos());
      server.toInitialize = 200;
      assertThat(begin(connector, server.kit).hasStreams()).isTrue();
      assertThat(server.postsOfInitialize("/sse")).isEqualTo(2);
      assertThat(connector.isOld()).isFalse();
    }
  }

  @Test
  void aServerThatWasRenewedMeanwhileIsFoundOutByItsRefusal() throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      begin(connector, server.kit);
      server.toInitialize = 200;
      server.hasStream = false;
      assertThat(begin(connector, server.kit).hasStreams()).isTrue();
      assertThat(connector.isOld()).isFalse();
    }
  }

  @Test
  void closingEndsWhatWasChosen() throws Exception {
    try (var server = new Server();
        var connector = server.connector(now)) {
      UpstreamTransport upstream = begin(connector, server.kit);
      upstream.close();
      assertThatThrownBy(() -> call(upstream, 1).get())
          .cause()
          .isInstanceOf(UpstreamSessionLostException.class);
      dev.weir.pool.kit.Patience.await().until(() -> server.kit.stats().streams() == 0);
    }
  }
}
