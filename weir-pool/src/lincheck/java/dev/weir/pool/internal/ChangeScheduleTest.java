package dev.weir.pool.internal;

import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Fairness;
import dev.weir.pool.Lease;
import dev.weir.pool.internal.stats.Tally.Sizes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/**
 * The whole pool under schedules that Lincheck chooses: callers that wait as long as it takes,
 * while others give up, suspend, resize, evict and invalidate. Such changes go from slot to slot
 * and are not one step, so there is no order of steps to compare with. Each operation leaves
 * nothing behind instead: nobody may wait for ever, which Lincheck reports as a deadlock, and at
 * the end {@link Callers#check} must find the pool as it was.
 */
public class ChangeScheduleTest {
  private static final int SCENARIOS = 10;
  private static final int SCHEDULES = 100;
  private static final int SCHEDULES_IN_DEPTH = 8_000;
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** A connection, which counts those who use it, and how often it was closed. */
  static final class Counting {
    final AtomicInteger users = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
  }

  /** Callers of one pool. */
  public abstract static class Callers implements ConnectionFactory<Counting> {
    final SlotPool<Counting> pool;
    final int connections;
    private final int leasesEach;
    private final ConcurrentLinkedQueue<Counting> opened = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile String wrong = "";

    Callers(int connections, int leasesEach, Fairness fairness) {
      this.connections = connections;
      this.leasesEach = leasesEach;
      pool =
          StillPool.of(
              StillPool.options(
                  Map.of(
                      "min", connections,
                      "max", connections,
                      "maxLeasesPerConnection", leasesEach,
                      "fairness", fairness)),
              this);
    }

    @Override
    public Counting open() {
      Counting connection = new Counting();
      opened.add(connection);
      return connection;
    }

    @Override
    public void close(Counting connection) {
      expect(connection.closes.incrementAndGet() == 1, "closed twice");
      expect(connection.users.get() == 0, "closed under its holders");
    }

    private void expect(boolean holds, String otherwise) {
      if (!holds) {
        wrong = otherwise;
      }
    }

    void use(Lease<Counting> lease) {
      Counting connection = lease.connection();
      expect(connection.users.incrementAndGet() <= leasesEach, "leased once too often");
      expect(connection.closes.get() == 0, "leased though it is closed");
      connection.users.decrementAndGet();
    }

    void useAndClose(Lease<Counting> lease) {
      use(lease);
      lease.close();
    }

    @Operation
    public void useWhenItComes() {
      unanswered.incrementAndGet();
      var unused =
          pool.acquireAsync(FOR_EVER)
              .thenAccept(
                  lease -> {
                    unanswered.decrementAndGet();
                    useAndClose(lease);
                  });
    }

    /** What is still to be done at the end. */
    void goHome() {}

    /** When everybody has gone home. */
    @Validate
    public void check() {
      goHome();
      Sizes sizes = pool.sizes();
      long open = opened.stream().filter(connection -> connection.closes.get() == 0).count();
      expect(unanswered.get() == 0, "somebody still waits");
      expect(sizes.pending() == 0, "nobody waits, but is counted");
      expect(sizes.active() == 0, "leased, by nobody");
      expect(sizes.opening() == 0, "opening, for nobody");
      expect(sizes.size() == connections, "fewer than min, or more than max");
      expect(sizes.idle() == connections, "places without a connection");
      expect(open == connections, "open, but without a place");
      if (!wrong.isEmpty()) {
        throw new IllegalStateException(wrong + ": " + sizes);
      }
    }
  }

  /** Callers that stay until they are served. */
  public abstract static class Staying extends Callers {
    Staying(int connections, int leasesEach, Fairness fairness) {
      super(connections, leasesEach, fairness);
    }

    @Operation
    public void use() throws InterruptedException {
      useAndClose(pool.acquire(FOR_EVER));
    }
  }

  /** Some stay, others give up. */
  public abstract static class Leaving extends Staying {
    Leaving(Fairness fairness) {
      super(1, 1, fairness);
    }

    @Operation
    public void useIfFree() throws InterruptedException {
      try {
        useAndClose(pool.acquire(Duration.ZERO));
      } catch (AcquireTimeoutException e) {
        // somebody else has it
      }
    }

    @Operation
    public void askAndCancel() {
      CompletableFuture<Lease<Counting>> asked = pool.acquireAsync(FOR_EVER).toCompletableFuture();
      if (!asked.cancel(true)) {
        useAndClose(asked.join());
      }
    }
  }

  /** The only lease goes to whoever is first. */
  public static class LeavingInAnyOrder extends Leaving {
    public LeavingInAnyOrder() {
      super(Fairness.BALANCED);
    }
  }

  /** The only lease goes to whoever came first. */
  public static class LeavingInOrder extends Leaving {
    public LeavingInOrder() {
      super(Fairness.STRICT);
    }
  }

  /** Operators suspend and resume as they like. Nobody stays: a suspended pool serves nobody. */
  public abstract static class Suspending extends Callers {
    Suspending(int leasesEach) {
      super(1, leasesEach, Fairness.BALANCED);
    }

    @Operation
    public void suspend() {
      pool.suspend();
    }

    @Operation
    public void resume() {
      pool.resume();
    }

    @Override
    void goHome() {
      pool.resume();
    }
  }

  /** One lease. */
  public static class SuspendingOne extends Suspending {
    public SuspendingOne() {
      super(1);
    }
  }

  /** Two leases of one connection. */
  public static class SuspendingTwo extends Suspending {
    public SuspendingTwo() {
      super(2);
    }
  }

  /** Connections come and go. */
  public static class Replacing extends Staying {
    /** A lease that belongs to all. */
    private final Lease<Counting> common;

    public Replacing() {
      super(2, 1, Fairness.BALANCED);
      try {
        common = pool.acquire(Duration.ZERO);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** By as many as like, also at once. */
    @Operation
    public void closeTheCommonOne() {
      common.close();
    }

    @Operation
    public void invalidate() throws InterruptedException {
      Lease<Counting> lease = pool.acquire(FOR_EVER);
      use(lease);
      lease.invalidate(null);
      lease.close();
    }

    @Operation
    public void evictAll() {
      pool.evictAll();
    }

    @Operation
    public void shrinkAndGrow() {
      pool.resize(1, 1);
      pool.resize(connections, connections);
    }

    @Override
    void goHome() {
      common.close();
    }
  }

  private static void check(Class<? extends Callers> callers) {
    StillPool.schedules(SCENARIOS, SCHEDULES)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .verifier(EpsilonVerifier.class)
        .check(callers);
  }

  @Test
  void whoWaitsIsServedThoughOthersGiveUp() {
    check(LeavingInAnyOrder.class);
  }

  @Test
  void whoWaitsInOrderIsServedThoughOthersGiveUp() {
    check(LeavingInOrder.class);
  }

  // It takes three switches, each at one of a few places: too rare among scenarios drawn at random.
  @Test
  void whoWaitsIsServedThoughASuspendWasOvertakenByAResume() throws NoSuchMethodException {
    Actor suspend = actor("suspend");
    List<Actor> resumeAndAsk = List.of(actor("resume"), actor("useWhenItComes"));
    StillPool.schedules(0, SCHEDULES_IN_DEPTH)
        .addCustomScenario(
            new ExecutionScenario(
                List.of(), List.of(List.of(suspend), resumeAndAsk), List.of(), actor("check")))
        .verifier(EpsilonVerifier.class)
        .check(SuspendingOne.class);
  }

  private static Actor actor(String operation) throws NoSuchMethodException {
    return new Actor(SuspendingOne.class.getMethod(operation), List.of());
  }

  @Test
  void whoWaitsForASharedConnectionIsServedThoughThePoolWasSuspendedAndResumed() {
    check(SuspendingTwo.class);
  }

  @Test
  void whoWaitsIsServedThoughConnectionsComeAndGo() {
    check(Replacing.class);
  }
}
