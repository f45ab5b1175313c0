package dev.weir.gateway.lease.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes before a generation is parked prevents it; what comes after is not let in. */
class GenerationTest {
  private final List<Envelope> passed = new ArrayList<>();
  private final Generation generation =
      new Generation(
          0,
          new Generation.Owner() {
            @Override
            public void sent(Generation from, Envelope message) {
              passed.add(message);
            }

            @Override
            public void ended(Generation from) {}

            @Override
            public void closed(Generation generation) {}
          },
          () -> 0);

  private static Envelope question() {
    return Messages.request(new RequestId("7"), "sampling/createMessage", "{}");
  }

  @Test
  void whatEntersFirstPreventsIt() {
    assertThat(generation.enter()).isTrue();
    assertThat(generation.park(Duration.ZERO)).isFalse();
    generation.leave();
    assertThat(generation.park(Duration.ZERO)).isTrue();
    assertThat(generation.enter()).isFalse();
    assertThat(generation.isParked()).isTrue();
  }

  @Test
  void aQuestionThatComesFirstPreventsItAndOneThatComesLaterIsNotPassedOn() {
    assertThat(generation.mayPass(question(), null)).isTrue();
    assertThat(generation.park(Duration.ZERO)).isFalse();
    generation.answered(new RequestId("7"));
    assertThat(generation.park(Duration.ZERO)).isTrue();
    assertThat(generation.mayPass(question(), null)).isFalse();
    generation.deliver(question());
    assertThat(passed).isEmpty();
  }

  @Test
  void whoListensIsSentAwayAlsoWhenItJoinsLate() {
    var left = new ArrayList<String>();
    generation.joins(() -> left.add("first"));
    assertThat(generation.park(Duration.ZERO)).isTrue();
    generation.joins(() -> left.add("late"));
    assertThat(left).containsExactly("first", "late");
  }

  @Test
  void itIsNoLongerParkedWhenAnotherHasTakenItsPlace() throws Exception {
    assertThat(generation.park(Duration.ZERO)).isTrue();
    generation.retire();
    assertThat(generation.isParked()).isFalse();
    assertThat(generation.isRetired()).isTrue();
    generation.awaitSuccessor(() -> false);
  }
}
