package dev.weir.pool.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.Fairness;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolException;
import dev.weir.pool.kit.ManualClock;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WaitLineTest {
  private final WaitLine<Object> line =
      new WaitLine<>(new Barging(Fairness.BALANCED, () -> 1, new ManualClock()));
  private final Supplier<PoolException> failure = () -> new PoolClosedException("told", null);

  private Waiter<Object> joined() {
    Waiter<Object> waiter = new BlockingWaiter<>(0);
    assertThat(line.join(waiter, 10)).isTrue();
    return waiter;
  }

  @Test
  void whoComesWhileOthersAreFailedIsNotFailedForAReasonThatIsGone() {
    Waiter<Object> first = joined();
    Waiter<Object> second = joined();
    line.failWhile(() -> first.isWaiting() || second.isWaiting(), failure);
    Waiter<Object> third = joined();
    line.failWhile(() -> false, failure);
    assertThat(third.isWaiting()).isTrue();
    assertThat(line.waiting()).isEqualTo(1);
    assertThatThrownBy(first::slot).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(second::slot).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void theReasonIsAskedForEachWaiterWhenItIsItsTurn() {
    Waiter<Object> first = joined();
    line.failWhile(
        () -> {
          if (first.isWaiting()) {
            joined();
            return true;
          }
          return false;
        },
        failure);
    assertThat(first.isWaiting()).isFalse();
    assertThat(line.waiting()).as("who came meanwhile").isEqualTo(1);
  }
}
