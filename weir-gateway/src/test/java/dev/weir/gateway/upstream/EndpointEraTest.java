package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The era of an upstream with endpoints, and modern conversations with it. */
@Timeout(300)
class EndpointEraTest {
  private static final String PARAMS =
      "{\"name\":\"t\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}";

  private static ScriptedServer modern() throws Exception {
    return ScriptedServer.answering(
        (request, peer) -> {
          Envelope message =
              Messages.read(request.body().getBytes(StandardCharsets.UTF_8)).messages().getFirst();
          String result =
              message.is("server/discover")
                  ? "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}"
                  : "{\"region\":\"" + request.header("Mcp-Param-Region") + "\"}";
          byte[] answer = Messages.result(Objects.requireNonNull(message.id()), result).toBytes();
          peer.answer(
              200,
              "Content-Type: application/json\r\n",
              new String(answer, StandardCharsets.UTF_8));
        });
  }

  /** An address where nobody listens. */
  private static URI nowhere() throws Exception {
    try (var closed = modern()) {
      return closed.uri("/mcp");
    }
  }

  private static EndpointSet endpoints(HttpConnections http, URI... urls) {
    List<Endpoint> all = new ArrayList<>();
    for (URI url : urls) {
      var wire = Transports.http(HttpUpstreamOptions.of("search", url), http);
      all.add(
          new Endpoint(
              url.getHost() + ":" + url.getPort(),
              Transports.eitherEra("search", wire, null),
              new OutlierEjection(
                  new OutlierEjection.Rules(
                      EndpointKit.FAILURES, EndpointKit.TIME, EndpointKit.TIME),
                  System::nanoTime,
                  () -> 0),
              Clock.systemUTC()));
    }
    return new EndpointSet(
        "search", all, Balancer.roundRobin(), System::nanoTime, new SimpleMeterRegistry());
  }

  @Test
  void anEndpointThatIsThereSpeaksForOneThatIsNot() throws Exception {
    try (var server = modern();
        var http = HttpConnections.create(HttpOptions.defaults());
        var endpoints = endpoints(http, nowhere(), server.uri("/mcp"))) {
      assertThat(endpoints.era()).isEqualTo(Era.MODERN);
    }
  }

  @Test
  void whereNoneIsThereTheEraIsNotKnown() throws Exception {
    try (var http = HttpConnections.create(HttpOptions.defaults());
        var endpoints = endpoints(http, nowhere(), nowhere())) {
      assertThatThrownBy(endpoints::era).isInstanceOf(UpstreamUnavailableException.class);
    }
  }

  @Test
  void aModernRequestFindsAnEndpointAndKeepsItsHeaderFields() throws Exception {
    try (var server = modern();
        var http = HttpConnections.create(HttpOptions.defaults());
        var endpoints = endpoints(http, nowhere(), server.uri("/mcp"))) {
      UpstreamTransport conversation = endpoints.openModern(new EndpointKit.Silent());
      assertThat(conversation.hasStreams()).isFalse();
      var exchange =
          new Answer.Exchange() {
            @Override
            public void event(ServerEvent event) {
              throw new AssertionError(event);
            }

            @Override
            public void whenClientLeaves(Runnable action) {
              // It does not leave.
            }

            @Override
            public Map<String, String> mirrored() {
              return Map.of("Mcp-Param-Region", "eu");
            }
          };
      for (int i = 0; i < 2; i++) {
        Envelope call = Messages.request(EndpointKit.ID, "tools/call", PARAMS);
        var answer = (Answer.Response) conversation.request(call, exchange);
        assertThat(Objects.requireNonNull(answer.event().message()).member("region"))
            .isEqualTo("\"eu\"");
      }
      conversation.close();
    }
  }
}
