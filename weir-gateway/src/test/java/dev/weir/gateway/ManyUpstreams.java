package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway for all tests of a class: several upstreams of others, two of which cannot start. */
final class ManyUpstreams implements BeforeAllCallback, AfterAllCallback {
  static final JsonMapper JSON = new JsonMapper();
  private static final String VERSION = "2025-11-25";

  private @Nullable PeerServer fixture;
  private @Nullable TestGateway gateway;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    PeerServer started = Peers.fixtureHttp();
    fixture = started;
    gateway =
        TestGateway.serving(
            """
            upstreams:
              fixture: { url: "%1$s" }
              counter: { command: %2$s, standby: { max: 0 } }
              missing: { command: [/no/such/program] }
              refusing: { command: %3$s, standby: { max: 0 } }
              everything: { command: %4$s, standby: { max: 0 } }
              twin: { command: %2$s, standby: { max: 0 } }
            aggregates:
              all: { members: { everything: {}, missing: {}, counter: {}, refusing: {}, fixture: {}, twin: {} } }
            """
                .formatted(
                    started.url(),
                    TestGateway.yamlList(Peers.counter()),
                    TestGateway.yamlList(Peers.counter("--exit")),
                    TestGateway.yamlList(Peers.everythingStdio())));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (gateway != null) {
      gateway.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  TestGateway gateway() {
    return Objects.requireNonNull(gateway);
  }

  ToolClient open(String capabilities) throws Exception {
    return ToolClient.open(gateway().url("/mcp"), VERSION, capabilities);
  }

  static JsonNode result(WireClient.Reply reply) {
    JsonNode result = JSON.readTree(reply.response()).path("result");
    assertThat(result.isObject()).as(reply.toString()).isTrue();
    return result;
  }

  /** How often this session has asked a counter, this time included. */
  static String count(ToolClient client, String upstream) throws Exception {
    return ToolClient.member(client.text(upstream + "__incr", "{}"), "count");
  }
}
