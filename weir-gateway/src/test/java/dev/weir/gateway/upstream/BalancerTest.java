package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.upstream.Balancer.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BalancerTest {

  /** What a balancer gives to places whose sessions never end; some are left out now and then. */
  private static int[] given(Balancer balancer, int places, int sessions, int[] leftOut) {
    long[] turns = new long[places];
    int[] loads = new int[places];
    for (int session = 1; session <= sessions; session++) {
      List<Integer> here = new ArrayList<>();
      for (int place = 0; place < places; place++) {
        if (leftOut.length == 0 || leftOut[session % leftOut.length] != place) {
          here.add(place);
        }
      }
      List<Candidate> candidates =
          here.stream().map(place -> new Candidate(turns[place], loads[place])).toList();
      int chosen = here.get(balancer.pick(candidates));
      turns[chosen] = session;
      loads[chosen]++;
    }
    return loads;
  }

  @Test
  void roundRobinGivesEachItsTurn() {
    assertThat(given(Balancer.roundRobin(), 3, 9, new int[0])).containsExactly(3, 3, 3);
  }

  @Test
  void roundRobinStaysEvenWhenEverySecondTimeOneIsLeftOut() {
    assertThat(given(Balancer.roundRobin(), 4, 400, new int[] {0, -1}))
        .satisfies(counts -> assertThat(counts[1]).isBetween(counts[2] - 1, counts[2] + 1))
        .satisfies(counts -> assertThat(counts[2]).isBetween(counts[3] - 1, counts[3] + 1));
  }

  @Test
  void leastLoadedGivesToWhoeverHasLeastAndThenToWhoeverHasWaitedLongest() {
    Balancer balancer = Balancer.leastLoaded();
    assertThat(balancer.pick(List.of(new Candidate(1, 5), new Candidate(9, 2)))).isEqualTo(1);
    assertThat(balancer.pick(List.of(new Candidate(7, 2), new Candidate(3, 2)))).isEqualTo(1);
    assertThat(balancer.pick(List.of(new Candidate(1, 3), new Candidate(2, 2)))).isEqualTo(1);
  }

  @Test
  void randomIsWhatTheSourceOfChanceSays() {
    var random = new Random(42);
    int[] counts = given(Balancer.random(random::nextInt), 3, 3000, new int[0]);
    assertThat(Arrays.stream(counts)).allMatch(count -> count > 900 && count < 1100);
  }
}
