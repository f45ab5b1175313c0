package dev.weir.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.PoolException;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.stats.Counters;
import dev.weir.pool.internal.stats.Events;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Workers;
import dev.weir.pool.internal.wait.BlockingWaiter;
import dev.weir.pool.internal.wait.WaitLine.Signal;
import dev.weir.pool.internal.wait.Waiter;
import dev.weir.pool.kit.ManualClock;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the parts of a pool tell each other. */
class MechanismsTest {
  private final ManualClock clock = new ManualClock();
  private final SlotTable<Object> table = new SlotTable<>(0, 1, 1);
  private final Mechanisms<Object> mechanisms = new Mechanisms<>(parts());

  @Test
  void whoStaysInLineWhenOthersAreRefusedHearsOfAFreeConnectionThatTheyWereToldOf() {
    anOutage();
    Waiter<Object> told = joined();
    Waiter<Object> next = joined();
    aFreeSlot();
    assertThat(mechanisms.line().signal()).isEqualTo(Signal.TAKEN);
    assertThat(mechanisms.line().hasSignal(told)).isTrue();

    mechanisms.dispatch().nothingToWaitFor(told::isWaiting);

    assertThatThrownBy(told::slot).isInstanceOf(PoolException.class);
    assertThat(next.isWaiting()).isTrue();
    assertThat(mechanisms.line().hasSignal(next)).isTrue();
  }

  /** The endpoint's first failure with nothing else there. */
  private void anOutage() {
    Waiter<Object> first = new BlockingWaiter<>(clock.nanos());
    mechanisms.traffic().join(first);
    mechanisms.traffic().nothingFound();
    await().until(() -> !first.isWaiting());
    assertThat(mechanisms.opener().endpoint().state().outage()).isNotNull();
  }

  private Waiter<Object> joined() {
    Waiter<Object> waiter = new BlockingWaiter<>(clock.nanos());
    assertThat(mechanisms.line().join(waiter, 10)).isTrue();
    return waiter;
  }

  private void aFreeSlot() {
    Slot<Object> slot = Objects.requireNonNull(table.reserve(10, 10, 0));
    assertThat(slot.fill(slot.generation(), new Object(), birth(), 1)).isTrue();
    table.openEnded();
    slot.letGo();
    slot.giveBack(slot.generation());
  }

  private Slot.Birth birth() {
    long later = clock.nanos() + Duration.ofHours(1).toNanos();
    return new Slot.Birth(1, 0, clock.nanos(), later, later);
  }

  private Parts<Object> parts() {
    ConnectionFactory<Object> refused =
        () -> {
          throw new ConnectException("refused");
        };
    return new Parts<>(
        "search",
        PoolOptions.defaults().withSize(0, 1).withMaxRetries(0),
        null,
        refused,
        clock,
        () -> 0.5,
        new Alarm(clock, MechanismsTest::daemon),
        new Workers(MechanismsTest::daemon, Duration.ZERO),
        table,
        Budget.UNBOUNDED,
        new Counters(),
        new Events("search", PoolListener.NONE));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }
}
