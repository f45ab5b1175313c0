package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.upstream.Evidence.Sign;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class IsolationStateTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private IsolationState state(Isolation configured) {
    return new IsolationState("search", configured, meters, Clock.systemUTC());
  }

  private double gauge(Isolation isolation) {
    return meters
        .get("weir.upstream.isolation")
        .tag("upstream", "search")
        .tag("isolation", isolation.word())
        .gauge()
        .value();
  }

  private static Envelope result(int id, String json) {
    return Messages.result(new RequestId(Integer.toString(id)), json);
  }

  @Test
  void theFirstContrarySignEndsSharingForGoodAndIsTheReasonShown() {
    IsolationState state = state(Isolation.SHARED);
    assertThat(state.effective()).isEqualTo(Isolation.SHARED);
    state.evidence().against(Sign.ROOTS);
    state.evidence().against(Sign.TOOLS_DIFFER);
    assertThat(state.effective()).isEqualTo(Isolation.DEDICATED);
    assertThat(state.configured()).isEqualTo(Isolation.SHARED);
    assertThat(Objects.requireNonNull(state.downgrade()).because()).isEqualTo(Sign.ROOTS);
    assertThat(gauge(Isolation.DEDICATED)).isEqualTo(1);
    assertThat(gauge(Isolation.SHARED)).isZero();
  }

  @Test
  void nothingIsEverSharedMoreThanConfigured() {
    for (Isolation configured : new Isolation[] {Isolation.DEDICATED, Isolation.IDENTITY}) {
      IsolationState state = state(configured);
      for (int session = 0; session < 50; session++) {
        state.evidence().initialized("kind", result(session, "{}"), false);
      }
      assertThat(state.effective()).isEqualTo(configured);
      state.evidence().against(Sign.ROOTS);
      assertThat(state.effective()).isEqualTo(configured);
      assertThat(state.downgrade()).isNull();
    }
  }

  @Test
  void answersAreComparedAsWhatTheyMeanAndAmongClientsOfOneKind() {
    IsolationState state = state(Isolation.SHARED);
    Evidence evidence = state.evidence();
    evidence.initialized("new", result(1, "{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"), true);
    evidence.initialized("new", result(2, "{\"b\":{\"d\":3,\"c\":2},\"a\":1}"), false);
    evidence.initialized("old", result(3, "{\"a\":2}"), false);
    assertThat(state.downgrade()).isNull();
    Evidence.Seen seen = evidence.seen();
    assertThat(seen.sessions()).isEqualTo(3);
    assertThat(seen.sessionsWithId()).isEqualTo(1);
    assertThat(seen.initializeCompared()).isEqualTo(1);
    evidence.initialized("new", result(4, "{\"a\":2}"), false);
    assertThat(evidence.seen().against()).containsOnlyKeys(Sign.INITIALIZE_DIFFERS);
    assertThat(state.effective()).isEqualTo(Isolation.DEDICATED);
  }

  @Test
  void aListThatTheServerSaidHasChangedIsNotComparedWithWhatItWas() {
    Evidence evidence = state(Isolation.SHARED).evidence();
    evidence.listedTools("kind", result(1, "{\"tools\":[]}"));
    evidence.listChanged();
    evidence.listedTools("kind", result(2, "{\"tools\":[{}]}"));
    assertThat(evidence.seen().against()).isEmpty();
    evidence.listedTools("kind", result(3, "{\"tools\":[]}"));
    assertThat(evidence.seen().against()).containsOnlyKeys(Sign.TOOLS_DIFFER);
  }
}
