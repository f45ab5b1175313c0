package dev.weir.gateway.lease;

import static dev.weir.pool.kit.Patience.await;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpawnGovernorTest {
  private volatile double idle;
  private final SpawnGovernor governor = new SpawnGovernor(1, () -> idle);
  private final List<String> order = new CopyOnWriteArrayList<>();
  private final CountDownLatch done = new CountDownLatch(3);

  private Thread start(String name, boolean waitedFor) {
    int before = governor.waiting();
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                SpawnGovernor.Turn turn = governor.begin(() -> waitedFor);
                order.add(name);
                turn.end();
                done.countDown();
              } catch (InterruptedException e) {
                order.add(name + " left");
              }
            });
    await().until(() -> governor.waiting() == before + 1);
    return thread;
  }

  @Test
  void whatAClientWaitsForStartsBeforeWhatIsOnlyKeptReady() throws Exception {
    SpawnGovernor.Turn first = governor.begin(() -> false);
    start("ready", false);
    start("first client", true);
    start("second client", true);
    first.end();
    done.await();
    assertThat(order).containsExactly("first client", "second client", "ready");
  }

  @Test
  void aStartIsHeldUpForAMomentWhenSomebodyWasServed() throws Exception {
    long began = System.nanoTime();
    governor.served();
    governor.begin(() -> true).end();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(ofMillis(20).toNanos());
  }

  @Test
  void howeverManyAreServedAStartGoesOn() throws Exception {
    Thread others =
        Thread.startVirtualThread(
            () -> {
              while (!Thread.interrupted()) {
                governor.served();
                Thread.yield();
              }
            });
    try {
      governor.begin(() -> true).end();
    } finally {
      others.interrupt();
      others.join();
    }
  }

  @Test
  void whoLeavesTakesNoTurnAlong() throws Exception {
    SpawnGovernor.Turn first = governor.begin(() -> false);
    Thread leaving = start("leaving", true);
    start("staying", false);
    leaving.interrupt();
    await().until(() -> order.contains("leaving left"));
    first.end();
    await().until(() -> order.contains("staying"));
    SpawnGovernor.Turn next = governor.begin(() -> false);
    next.end();
  }

  @Test
  void oneMoreStartsWhileAProcessorHasNothingToDo() throws Exception {
    SpawnGovernor.Turn first = governor.begin(() -> false);
    Thread.startVirtualThread(() -> begin("second"));
    Thread.startVirtualThread(() -> begin("third"));
    await().until(() -> governor.waiting() == 2);
    idle = 1;
    await().until(() -> governor.waiting() == 0);
    await().until(() -> order.size() == 2);
    assertThat(first.isUnderWay()).isTrue();
  }

  @Test
  void asManyAsThereAreProcessorsStartAgainWhenMoreWereUnderWay() throws Exception {
    idle = 1;
    SpawnGovernor.Turn first = governor.begin(() -> false);
    SpawnGovernor.Turn second = governor.begin(() -> false);
    idle = 0;
    start("third", false);
    second.end();
    assertThat(governor.waiting()).isEqualTo(1);
    first.end();
    await().until(() -> order.contains("third"));
  }

  private void begin(String name) {
    try {
      SpawnGovernor.Turn turn = governor.begin(() -> false);
      assertThat(turn.isUnderWay()).isTrue();
      order.add(name);
    } catch (InterruptedException e) {
      order.add(name + " left");
    }
  }

  @Test
  void aTurnThatEndsTwiceIsOneTurn() throws Exception {
    SpawnGovernor.Turn first = governor.begin(() -> false);
    first.end();
    first.end();
    SpawnGovernor.Turn second = governor.begin(() -> false);
    start("third", false);
    assertThat(order).isEmpty();
    second.end();
    await().until(() -> order.contains("third"));
  }
}
