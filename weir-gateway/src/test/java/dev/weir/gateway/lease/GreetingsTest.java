package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.lease.Greetings.Greeting;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GreetingsTest {
  private final Greetings greetings = new Greetings();

  private static Envelope initialize(int id, String params) {
    return Messages.request(new RequestId(Integer.toString(id)), "initialize", params);
  }

  private static Greeting greeting(String client) {
    return Objects.requireNonNull(
        Greetings.of(initialize(1, "{\"clientInfo\":{\"name\":\"" + client + "\"}}")));
  }

  @Test
  void whoSaysTheSameUnderAnotherIdSaysTheSame() {
    assertThat(Greetings.of(initialize(1, "{\"protocolVersion\":\"2025-11-25\"}")))
        .isEqualTo(Greetings.of(initialize(2, "{\"protocolVersion\":\"2025-11-25\"}")))
        .isNotEqualTo(Greetings.of(initialize(1, "{\"protocolVersion\":\"2025-06-18\"}")));
  }

  @Test
  void whatMaySayMoreOfAClientThanItsMakeIsNobodyElses() {
    assertThat(Greetings.of(initialize(1, "{\"_meta\":{\"traceparent\":\"00-1\"}}"))).isNull();
    assertThat(Greetings.of(initialize(1, "{\"x\":\"" + "y".repeat(9000) + "\"}"))).isNull();
    assertThat(Greetings.of(Messages.request(new RequestId("1"), "tools/list", null))).isNull();
  }

  @Test
  void theUsualIsWhatMostSayAndFollowsThem() {
    assertThat(greetings.usual()).isNull();
    greetings.heard(null);
    assertThat(greetings.usual()).isNull();
    assertThat(greetings.usualPart()).isZero();
    greetings.heard(greeting("one"));
    greetings.heard(greeting("one"));
    greetings.heard(greeting("other"));
    assertThat(greetings.usual()).isEqualTo(greeting("one"));
    assertThat(greetings.usualPart()).isBetween(0.4, 0.6);
    for (int i = 0; i < 10; i++) {
      greetings.heard(greeting("other"));
    }
    assertThat(greetings.usual()).isEqualTo(greeting("other"));
    assertThat(greetings.usualPart()).isGreaterThan(0.7);
  }

  @Test
  void strangersDoNotPushTheUsualOut() {
    for (int i = 0; i < 20; i++) {
      greetings.heard(greeting("usual"));
      greetings.heard(greeting("stranger " + i));
    }
    assertThat(greetings.usual()).isEqualTo(greeting("usual"));
  }
}
