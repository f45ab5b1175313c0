package dev.weir.pool.internal;

import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * The whole pool under schedules that Lincheck chooses: callers that never wait, and end leases
 * once, twice, and one lease together. Whatever they are told they could have been told one after
 * the other by {@link Counted}, which does nothing but count. So no lease gives back more than it
 * took, none is given beyond the limit, and a free one is found.
 */
public class LeaseScheduleTest {
  private static final int SCENARIOS = 10;
  private static final int SCHEDULES = 100;
  private static final int THREADS = 2;

  /** Lincheck counts what is done before and after the schedule as two more. */
  private static final int CALLERS = THREADS + 2;

  private static final int MOST_LEASES = 8;

  /** A connection, which counts those who use it. */
  static final class Counting {
    private final AtomicInteger users = new AtomicInteger();
  }

  /** Callers of a pool with one lease that belongs to all of them. */
  public abstract static class Callers {
    private final SlotPool<Counting> pool;
    private final int leasesEach;
    private final Lease<Counting> common;
    private final Lease<?>[][] leases = new Lease<?>[CALLERS][MOST_LEASES];
    private final int[] held = new int[CALLERS];

    Callers(int connections, int leasesEach) {
      this.leasesEach = leasesEach;
      pool =
          StillPool.of(
              StillPool.options(
                  Map.of(
                      "min", connections,
                      "max", connections,
                      "maxLeasesPerConnection", leasesEach)),
              Counting::new);
      try {
        common = pool.acquire(Duration.ZERO);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Operation
    public boolean acquire(@Param(gen = ThreadIdGen.class) int me) throws InterruptedException {
      try {
        Lease<Counting> lease = pool.acquire(Duration.ZERO);
        if (lease.connection().users.incrementAndGet() > leasesEach) {
          throw new IllegalStateException("leased to more than may have it");
        }
        leases[me][held[me]++] = lease;
        return true;
      } catch (AcquireTimeoutException e) {
        return false;
      }
    }

    /** Ends the latest lease of this caller. */
    @Operation
    public void close(@Param(gen = ThreadIdGen.class) int me) {
      if (held[me] > 0) {
        Lease<?> lease = leases[me][--held[me]];
        ((Counting) lease.connection()).users.decrementAndGet();
        lease.close();
      }
    }

    /** Ends the lease once more that it ended last, or that it took before that. */
    @Operation
    public void closeAgain(@Param(gen = ThreadIdGen.class) int me) {
      Lease<?> lease = leases[me][held[me]];
      if (lease != null) {
        lease.close();
      }
    }

    // One at a time: who is second may return before the first has done it.
    @Operation(nonParallelGroup = "common")
    public void closeTheCommonOne() {
      common.close();
    }
  }

  /** What a pool is to such callers. */
  public abstract static class Counted {
    private final int[] held = new int[CALLERS];
    private int free;
    private boolean common = true;

    Counted(int leases) {
      free = leases - 1;
    }

    public boolean acquire(int me) {
      if (free == 0) {
        return false;
      }
      free--;
      held[me]++;
      return true;
    }

    public void close(int me) {
      if (held[me] > 0) {
        held[me]--;
        free++;
      }
    }

    public void closeAgain(int me) {}

    public void closeTheCommonOne() {
      if (common) {
        common = false;
        free++;
      }
    }
  }

  /** One connection, one lease. */
  public static class OneLease extends Callers {
    public OneLease() {
      super(1, 1);
    }
  }

  /** See {@link OneLease}. */
  public static class OneCounted extends Counted {
    public OneCounted() {
      super(1);
    }
  }

  /** Two connections, two leases. */
  public static class TwoConnections extends Callers {
    public TwoConnections() {
      super(2, 1);
    }
  }

  /** One connection, two leases. */
  public static class OneConnectionForTwo extends Callers {
    public OneConnectionForTwo() {
      super(1, 2);
    }
  }

  /** See {@link TwoConnections} and {@link OneConnectionForTwo}. */
  public static class TwoCounted extends Counted {
    public TwoCounted() {
      super(2);
    }
  }

  private static void check(Class<? extends Callers> callers, Class<? extends Counted> counted) {
    StillPool.schedules(SCENARIOS, SCHEDULES)
        .threads(THREADS)
        .actorsPerThread(3)
        .actorsBefore(0)
        .actorsAfter(2)
        .sequentialSpecification(counted)
        .check(callers);
  }

  @Test
  void theOnlyLeaseGoesToOneAtATime() {
    check(OneLease.class, OneCounted.class);
  }

  @Test
  void twoConnectionsAreLeasedToOneEach() {
    check(TwoConnections.class, TwoCounted.class);
  }

  @Test
  void aConnectionForTwoIsLeasedToTwo() {
    check(OneConnectionForTwo.class, TwoCounted.class);
  }
}
