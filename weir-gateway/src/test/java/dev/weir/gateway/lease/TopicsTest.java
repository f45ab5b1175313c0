package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TopicsTest {
  private final Topics<String> topics = new Topics<>();
  private final AtomicInteger asked = new AtomicInteger();

  private boolean agree() {
    asked.incrementAndGet();
    return true;
  }

  @Test
  void theFirstSubscriptionGoesUpstreamAndTheLastOnesEnd() throws Exception {
    assertThat(topics.subscribe("a", "alice", this::agree)).isTrue();
    assertThat(topics.subscribe("a", "bob", this::agree)).isTrue();
    assertThat(asked).hasValue(1);
    assertThat(topics.subscribers("a")).containsExactlyInAnyOrder("alice", "bob");
    topics.unsubscribe("a", "alice", this::agree);
    assertThat(asked).hasValue(1);
    topics.unsubscribe("a", "bob", this::agree);
    assertThat(asked).hasValue(2);
    assertThat(topics.subscribers("a")).isEmpty();
  }

  @Test
  void nobodyEndsASubscriptionThatIsNotItsOwn() throws Exception {
    topics.subscribe("a", "alice", this::agree);
    topics.unsubscribe("a", "mallory", this::agree);
    topics.unsubscribe("a", "mallory", this::agree);
    assertThat(asked).hasValue(1);
    assertThat(topics.subscribers("a")).containsExactly("alice");
  }

  @Test
  void whoeverTheUpstreamRefusesIsNotSubscribedAndTheNextOneAsksAgain() throws Exception {
    assertThat(topics.subscribe("a", "alice", () -> false)).isFalse();
    assertThat(topics.of("alice")).isEmpty();
    assertThat(topics.subscribe("a", "bob", this::agree)).isTrue();
    assertThat(asked).hasValue(1);
  }

  @Test
  void itIsKnownWhetherAnybodyEverWantedAnything() throws Exception {
    assertThat(topics.wereEverHeld()).isFalse();
    topics.subscribe("a", "alice", this::agree);
    topics.unsubscribe("a", "alice", this::agree);
    assertThat(topics.wereEverHeld()).as("an update may come late").isTrue();
  }

  @Test
  void whatTheUpstreamHasForgottenIsToldByClientAndAskedForAgainByTheNext() throws Exception {
    topics.subscribe("a", "alice", this::agree);
    topics.subscribe("b", "alice", this::agree);
    topics.subscribe("b", "bob", this::agree);
    assertThat(topics.keepOnly(Set.of("a")))
        .containsOnly(Map.entry("alice", List.of("b")), Map.entry("bob", List.of("b")));
    assertThat(topics.of("alice")).containsExactly("a");
    assertThat(topics.of("bob")).isEmpty();
    assertThat(topics.subscribe("b", "bob", this::agree)).isTrue();
    assertThat(asked).hasValue(3);
  }

  @Test
  void whatIsForgottenWhileTheUpstreamAgreesIsAskedForAgain() throws Exception {
    assertThat(
            topics.subscribe(
                "a",
                "alice",
                () -> {
                  if (asked.get() == 0) {
                    assertThat(topics.keepOnly(Set.of())).as("nothing is held yet").isEmpty();
                  }
                  return agree();
                }))
        .isTrue();
    assertThat(asked).hasValue(2);
    assertThat(topics.subscribers("a")).containsExactly("alice");
  }
}
