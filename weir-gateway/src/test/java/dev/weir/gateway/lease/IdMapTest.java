package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class IdMapTest {
  private static final RequestId ONE = new RequestId("1");

  private final IdMap<String> ids = new IdMap<>();

  private static Envelope call(String id, String token) {
    return Messages.request(
        new RequestId(id), "tools/call", "{\"_meta\":{\"progressToken\":" + token + "}}");
  }

  private IdMap.Call<String> add(String owner, String id, String token) {
    return Objects.requireNonNull(ids.add(owner, call(id, token)));
  }

  @Test
  void theSameIdAndTokenOfTwoClientsAreTwoNumbersUpstream() {
    IdMap.Call<String> alice = add("alice", "1", "7");
    IdMap.Call<String> bob = add("bob", "1", "7");
    Envelope outward = alice.outward(call("1", "7"));
    assertThat(outward.id()).isEqualTo(outward.progressToken()).isEqualTo(alice.upstreamId());
    assertThat(bob.upstreamId()).isNotEqualTo(alice.upstreamId());
    assertThat(ids.ofUpstream(alice.upstreamId())).isSameAs(alice);
    assertThat(ids.ofUpstream(bob.upstreamId())).isSameAs(bob);
  }

  @Test
  void progressComesBackUnderTheTokenThatItsOwnerGave() {
    IdMap.Call<String> alice = add("alice", "1", "\"mine\"");
    Envelope progress =
        Messages.notification(
            "notifications/progress",
            "{\"progressToken\":" + alice.upstreamId() + ",\"progress\":1}");
    assertThat(Objects.requireNonNull(alice.inward(progress)).progressToken())
        .isEqualTo(new RequestId("\"mine\""));
  }

  @Test
  void whoeverGuessesANumberFindsOnlyWhatIsItsOwn() {
    IdMap.Call<String> alice = add("alice", "41", "7");
    for (int guess = 0; guess < 100; guess++) {
      assertThat(ids.ofClient("bob", new RequestId(Integer.toString(guess)))).isNull();
    }
    assertThat(ids.ofClient("alice", new RequestId("41"))).isSameAs(alice);
    assertThat(ids.ofClient("alice", alice.upstreamId())).isNull();
  }

  @Test
  void anIdInFlightIsNotTakenTwiceAndIsFreeAfterwards() {
    IdMap.Call<String> first = add("alice", "1", "7");
    assertThat(ids.add("alice", call("1", "7"))).isNull();
    ids.remove(first);
    assertThat(ids.ofClient("alice", ONE)).isNull();
    assertThat(ids.ofUpstream(first.upstreamId())).isNull();
    assertThat(ids.add("alice", call("1", "7"))).isNotNull();
  }

  @Test
  void aTokenThatComesLateWasGivenAndAMadeUpOneWasNot() {
    IdMap.Call<String> call = add("alice", "1", "7");
    ids.remove(call);
    assertThat(ids.wasGiven(call.upstreamId())).isTrue();
    assertThat(ids.wasGiven(new RequestId("1000"))).isFalse();
    assertThat(ids.wasGiven(new RequestId("0"))).isFalse();
    assertThat(ids.wasGiven(new RequestId("\"1\""))).isFalse();
  }
}
