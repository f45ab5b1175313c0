package dev.weir.mcp.internal.bridge;

import static dev.weir.mcp.internal.bridge.FakeModern.error;
import static dev.weir.mcp.internal.bridge.FakeModern.message;
import static dev.weir.mcp.internal.bridge.FakeModern.rejected;
import static dev.weir.mcp.internal.bridge.FakeModern.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamRejectedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeadlessCallsTest {
  private static final Envelope CALL =
      message(
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\","
              + "\"arguments\":{\"r\":\"eu\"},\"_meta\":{\"progressToken\":5,"
              + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}");

  private final ToolParameters tools = new ToolParameters("test");

  /** A client whose head has these fields; null for one that has no head. */
  private record Client(@Nullable Map<String, String> mirrored) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  /** A server that refuses a call without the field of its tool, which is on its second page. */
  private static FakeModern server() {
    return new FakeModern(
        (request, call) -> {
          if (request.is("tools/list")) {
            return request.member("cursor") == null
                ? result(request, "{\"tools\":[],\"nextCursor\":\"2\"}")
                : result(
                    request,
                    "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
                        + "{\"r\":{\"type\":\"string\",\"x-mcp-header\":\"R\"}}}}]}");
          }
          if (!"eu".equals(call.fields().get("Mcp-Param-R"))) {
            throw rejected(400, error(request, -32020, null).toBytes());
          }
          return result(request, "{\"content\":[]}");
        });
  }

  private String ask(FakeModern server, @Nullable Map<String, String> fields) throws Exception {
    Answer answer = new HeadlessCalls(server, tools).request(CALL, new Client(fields));
    return FakeModern.text(((Answer.Response) answer).event().message());
  }

  @Test
  void theFieldsOfAToolAreMadeFromTheCallWhenTheServerWantsThem() throws Exception {
    try (FakeModern server = server()) {
      assertThat(ask(server, null)).contains("\"content\":[]");
      assertThat(server.asked.stream().map(Envelope::method))
          .containsExactly("tools/call", "tools/list", "tools/list", "tools/call");
      assertThat(server.asked.get(1).member("_meta"))
          .as("who asks is the client, its token is not for this")
          .contains("2026-07-28")
          .doesNotContain("progressToken");
      assertThat(ask(server, null)).contains("\"content\":[]");
      assertThat(server.asked).as("they are remembered").hasSize(5);
    }
  }

  @Test
  void aClientThatHasAHeadSpeaksForItself() throws Exception {
    try (FakeModern server = server()) {
      assertThatThrownBy(() -> ask(server, Map.of())).isInstanceOf(UpstreamRejectedException.class);
      assertThat(server.asked).hasSize(1);
    }
  }

  @Test
  void whereNoListSaysMoreTheServersWordStands() throws Exception {
    try (FakeModern server =
        new FakeModern(
            (request, call) -> {
              if (request.is("tools/list")) {
                throw rejected(403, new byte[0]);
              }
              throw rejected(400, error(request, -32020, null).toBytes());
            })) {
      assertThatThrownBy(() -> ask(server, null))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(400));
      assertThat(server.asked).hasSize(3);
    }
  }
}
