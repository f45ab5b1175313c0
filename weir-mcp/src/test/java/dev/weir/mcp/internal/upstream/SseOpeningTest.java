package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.mcp.internal.upstream.SseKit.call;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a conversation over HTTP+SSE begins, or does not. */
@Timeout(300)
class SseOpeningTest {
  private static Handler naming(SseKit[] kit, String endpoint) {
    return (request, peer) -> {
      if (request.method().equals("GET")) {
        kit[0].stream(peer, "event: endpoint\ndata: " + endpoint + "\n\n");
      } else {
        SseKit.answer(request, peer, kit[0].stream());
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "/messages?s=1, /messages?s=1",
    "messages/?s=1, /messages/?s=1",
    "?s=1, /sse?s=1",
    "http://127.0.0.1:PORT/deep/er?s=%20, /deep/er?s=%20",
    "//127.0.0.1:PORT/other#fragment, /other",
  })
  void theEndpointMayBeNamedInAnyWay(String endpoint, String target) throws Exception {
    SseKit[] kit = new SseKit[1];
    Handler late =
        (request, peer) -> {
          String named = endpoint.replace("PORT", "" + kit[0].server.port());
          naming(kit, named).answer(request, peer);
        };
    try (var opened = kit[0] = SseKit.opening(late)) {
      assertThat(text(call(opened.open(), 1).get())).contains("\"id\":1");
      assertThat(opened.server.requests().getLast().target()).isEqualTo(target);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/messages?s=secret",
        "http://localhost/messages?s=secret",
        "https://127.0.0.1:PORT/messages?s=secret",
        "//169.254.169.254/latest?s=secret",
        "http://user@127.0.0.1:PORT/?s=secret",
        "ftp://127.0.0.1:PORT/?s=secret",
        "mailto:secret",
        "http://[secret",
      })
  void anEndpointOfAnotherOriginIsRefusedAndNothingIsPosted(String endpoint) throws Exception {
    SseKit[] kit = new SseKit[1];
    Handler late =
        (request, peer) ->
            naming(kit, endpoint.replace("PORT", "" + kit[0].server.port())).answer(request, peer);
    try (var opened = kit[0] = SseKit.opening(late)) {
      assertThatThrownBy(opened::open)
          .isInstanceOf(NoEndpointException.class)
          .hasMessageContainingAll("upstream \"test\"", "endpoint that is refused")
          .hasMessageNotContaining("secret");
      assertThat(opened.server.requests()).hasSize(1);
      await().until(() -> opened.stats().streams() == 0);
      assertThat(opened.heard.ended).as("it never was a conversation").isNotDone();
    }
  }

  @Test
  void aServerThatNamesNoEndpointInTimeIsGivenUp() throws Exception {
    SseKit[] kit = new SseKit[1];
    try (var opened =
        kit[0] =
            SseKit.opening(
                Duration.ofMillis(200), (request, peer) -> kit[0].stream(peer, ": wait\n\n"))) {
      assertThatThrownBy(opened::open)
          .isInstanceOf(NoEndpointException.class)
          .hasMessageContaining("named no endpoint within 200 ms");
      await().until(() -> opened.stats().streams() == 0);
      assertThat(opened.heard.ended).isNotDone();
    }
  }

  @Test
  void aStreamThatBeginsWithSomethingElseOrEndsIsGivenUpAtOnce() throws Exception {
    SseKit[] kit = new SseKit[1];
    Handler odd =
        (request, peer) -> {
          if (opened(kit[0]) == 1) {
            kit[0].stream(peer, "id: 1\n\ndata: {}\n\n");
          } else {
            peer.startEvents();
            peer.endChunks();
          }
        };
    try (var opened = kit[0] = SseKit.opening(odd)) {
      assertThatThrownBy(opened::open).hasMessageContaining("something else than an endpoint");
      assertThatThrownBy(opened::open).hasMessageContaining("the server ended the stream");
    }
  }

  private static int opened(SseKit kit) {
    return kit.server.requests().size();
  }

  @Test
  void whatIsNoEventStreamIsNoServerOfThisKind() throws Exception {
    try (var kit = SseKit.opening((request, peer) -> peer.answer(200, UpstreamKit.JSON, "{}"))) {
      assertThatThrownBy(kit::open)
          .isInstanceOf(NoEndpointException.class)
          .hasMessageContainingAll("HTTP 200 and no event stream", "does url name");
    }
  }

  @Test
  void aRefusalKeepsItsStatus() throws Exception {
    try (var kit =
        SseKit.opening((request, peer) -> peer.answer(401, "WWW-Authenticate: Bearer\r\n", "no"))) {
      assertThatThrownBy(kit::open)
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class,
              e -> {
                assertThat(e.status()).isEqualTo(401);
                assertThat(e.headers()).containsEntry("WWW-Authenticate", "Bearer");
              });
    }
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() throws Exception {
    try (var kit = SseKit.opening((request, peer) -> {})) {
      kit.server.close();
      assertThatThrownBy(kit::open)
          .isInstanceOf(UpstreamUnavailableException.class)
          .isNotInstanceOf(NoEndpointException.class)
          .hasMessageContaining("refused");
    }
  }
}
