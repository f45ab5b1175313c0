package dev.weir.bench.behaviour.endpoint;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A step that waits until it is let through, then works or fails as told. */
public final class Gate implements Step {
  private final CountDownLatch latch = new CountDownLatch(1);
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile Step then = Step.works();

  @Override
  public void run(Call call) throws Exception {
    arrived.incrementAndGet();
    call.awaitDeaf(latch);
    then.run(call);
  }

  /** Lets everybody through. */
  public void open() {
    latch.countDown();
  }

  /** Lets everybody through, to do {@code step}. */
  public void openTo(Step step) {
    then = step;
    latch.countDown();
  }

  /** How many calls came so far. */
  public int arrived() {
    return arrived.get();
  }
}
