package dev.weir.pool.internal;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Options;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.stats.Counters;
import dev.weir.pool.internal.stats.Events;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Workers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * A pool for Lincheck, which replays a schedule again and again and so has to choose every switch
 * itself: nothing in it happens by time or on a thread that Lincheck did not make.
 *
 * <p>An ordinary pool has three things that Lincheck does not choose, and the same schedule then
 * ends once so and once otherwise: the second run of an operation is refused since a connection is
 * not open yet. The workers: a {@code ThreadPoolExecutor}, whose threads run beside the schedule;
 * here whoever hands work in does it at once. The alarm, likewise; here its thread never starts.
 * And time, which decides who overtakes whom; here it stands still, and a wait that is short ends
 * at once, as any park may.
 *
 * <p>Each switch wakes one thread and parks another, some hundred times in one schedule of a whole
 * pool. On a machine that is busy otherwise that takes so long that it seems to hang; hence the few
 * schedules.
 *
 * <p>Waits that are long end only when somebody ends them. So a waiter that nobody wakes is a
 * deadlock, and Lincheck reports it as one.
 */
final class StillPool {
  private static final long NOW = 1;
  private static final long LONG = TimeUnit.MINUTES.toNanos(1);

  private StillPool() {}

  /**
   * How to try schedules of such a pool. What only counts, and a queue that is the JDK's, is one
   * step: the fewer steps, the deeper the schedules. Nothing that takes a lock may be one: Lincheck
   * then does not see who waits for the lock, stops its owner, and both wait for ever.
   */
  static ModelCheckingOptions schedules(int scenarios, int schedules) {
    return new ModelCheckingOptions()
        .iterations(scenarios)
        .invocationsPerIteration(schedules)
        .addGuarantee(
            forClasses(Counters.class.getName(), ConcurrentLinkedQueue.class.getName())
                .allMethods()
                .treatAsAtomic());
  }

  /** The defaults, with these changes. */
  static PoolOptions options(Map<String, ?> changes) {
    return Options.with(PoolOptions.defaults(), changes);
  }

  /** Has opened its {@code min} connections when this returns. */
  static <C> SlotPool<C> of(PoolOptions options, ConnectionFactory<C> factory) {
    Clock clock = new StillClock();
    SlotPool<C> pool =
        new SlotPool<>(
            new Parts<>(
                "pool",
                options,
                null,
                factory,
                clock,
                () -> 0.5,
                new Alarm(clock, NeverStarts::new),
                new Workers(new AtOnce()),
                new SlotTable<>(options.min(), options.max(), options.maxLeasesPerConnection()),
                Budget.UNBOUNDED,
                new Counters(),
                new Events("pool", PoolListener.NONE)));
    pool.start();
    return pool;
  }

  private static final class NeverStarts extends Thread {
    NeverStarts(Runnable task) {
      super(task);
    }

    @Override
    public void start() {}
  }

  private static final class StillClock implements Clock {
    @Override
    public long nanos() {
      return NOW;
    }

    @Override
    public long coarseNanos() {
      return NOW;
    }

    @Override
    public void park(Object blocker, long deadline) {
      if (deadline - NOW >= LONG) {
        LockSupport.park(blocker);
      }
    }

    @Override
    public Instant instantOf(long nanos) {
      return Instant.EPOCH.plusNanos(nanos);
    }
  }

  private static final class AtOnce extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
