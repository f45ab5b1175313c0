package dev.weir.pool.internal.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Background;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P17: changes are told in the order in which they happened. */
class AnnouncementsTest {
  private final Announcements announcements = new Announcements();
  private final Queue<Integer> told = new ConcurrentLinkedQueue<>();

  @Test
  void aChangeIsToldAfterAllThatHappenedBeforeIt() { // P17
    announcements.add(2, () -> told.add(2));
    announcements.add(3, () -> told.add(3));
    assertThat(told).isEmpty();
    announcements.add(1, () -> told.add(1));
    assertThat(told).containsExactly(1, 2, 3);
  }

  @Test
  void aChangeMadeWhileOneIsToldIsToldAfterIt() { // P17
    announcements.add(
        1,
        () -> {
          announcements.add(2, () -> told.add(2));
          told.add(1);
        });
    assertThat(told).containsExactly(1, 2);
  }

  @Test
  void manyThreadsTellEachChangeOnceAndInOrder() { // P17
    int threads = 4;
    int each = 500;
    List<Background<Boolean>> tellers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t + 1;
      tellers.add(
          Background.start(
              () -> {
                for (int n = 0; n < each; n++) {
                  int number = first + n * threads;
                  announcements.add(number, () -> told.add(number));
                }
                return true;
              }));
    }
    tellers.forEach(Background::result);
    assertThat(told)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, threads * each).boxed().toList());
  }
}
