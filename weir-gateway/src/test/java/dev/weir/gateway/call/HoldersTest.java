package dev.weir.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HoldersTest {
  private final AtomicInteger ends = new AtomicInteger();

  @Test
  void itEndsWithTheLastOfItsHoldersAndNobodyHoldsItAfterwards() {
    var holders = new Holders(ends::incrementAndGet);
    assertThat(holders.tryHold()).isTrue();
    holders.release();
    assertThat(ends).hasValue(0);
    holders.release();
    assertThat(ends).hasValue(1);
    assertThat(holders.tryHold()).isFalse();
  }

  @Test
  void whoHoldsItWhileItIsGivenUpIsNeverThereAfterItsEndAndItEndsOnce() throws Exception {
    for (int round = 0; round < 200; round++) {
      ends.set(0);
      var ended = new AtomicBoolean();
      var holders =
          new Holders(
              () -> {
                ended.set(true);
                ends.incrementAndGet();
              });
      var go = new CountDownLatch(1);
      var late = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  awaited(go);
                  while (holders.tryHold()) {
                    if (ended.get()) {
                      late.incrementAndGet();
                    }
                    holders.release();
                  }
                }));
      }
      go.countDown();
      holders.release();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(late).hasValue(0);
      assertThat(ends).hasValue(1);
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
