package dev.weir.pool.simulation;

import dev.weir.pool.Candidates;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.kit.SteppedClock;
import dev.weir.pool.kit.SteppedExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One history: a pool, those who use it, and time. Whatever anybody does is drawn from one source
 * of random numbers, in the order in which it is done.
 */
final class World {
  /** A bound against a history that makes no progress in time. */
  private static final long MOST_STEPS = 2_000_000;

  private final Random random;
  private final Log log = new Log();
  private final Invariants invariants;
  private @Nullable Throwable wrong;

  final Plan plan;
  final SteppedExecutor threads;
  final SteppedClock clock;
  final Pools pools;
  final List<Caller> callers = new ArrayList<>();
  final List<Request> requests = new ArrayList<>();
  final List<Holding> holdings = new ArrayList<>();

  /** Connections that are open or held. */
  final List<SimConnection> alive = new ArrayList<>();

  /** Leases whose end has begun. */
  int ending;

  /** Connections at most: the highest bound since the pool last kept within a lower one. */
  int bound;

  /** Evictions of everything, by when they were begun and by when they were done. */
  int evictionsBegun;

  int evictionsDone;

  /** The number of the suspension that is on; 0 if none is. */
  int suspension;

  private int suspensions;

  /** Nobody shall begin anything more. */
  boolean over;

  /** The pool is about to lend no more. */
  boolean closing;

  /** The pool lends no more but to those who waited before. */
  boolean draining;

  /** The pool is about to be closed. */
  boolean closed;

  /** It is closed. */
  boolean closeReturned;

  World(long seed) {
    random = new Random(seed);
    plan = Plan.draw(random);
    threads = new SteppedExecutor(random);
    clock = new SteppedClock(threads);
    bound = plan.max();
    say("%s", plan);
    pools = new Pools(this, plan);
    invariants = new Invariants(this);
    for (int i = 0; i < plan.callers(); i++) {
      callers.add(new Caller(this, i));
    }
  }

  /** Runs the history to its end; tells its hash. Throws what was wrong. */
  long run() {
    try {
      callers.forEach(caller -> caller.thread.start());
      threads.newThread(new Operator(this)).start();
      runUntil(plan.length());
      over = true;
      end();
      return log.hash();
    } catch (Throwable e) {
      throw new AssertionError(e.getMessage() + "\n" + plan + "\nThe end of it:\n" + log, e);
    }
  }

  private void end() {
    // From here on nothing goes wrong any more, so that all comes to rest.
    troubles = false;
    pools.doors.forEach(door -> door.endpoint().down = false);
    switch (plan.ending()) {
      case CLOSE -> {}
      case DRAIN -> {
        over = false; // callers come all the same
        startDrain();
      }
      case QUIET -> {
        runUntil(clock.elapsed().plus(plan.untilCalm()));
        invariants.checkQuiet();
      }
    }
    if (plan.ending() == Plan.Ending.DRAIN) {
      runUntil(clock.elapsed().plus(Duration.ofSeconds(5)));
      over = true;
    }
    closing = true;
    closed = true;
    threads.newThread(() -> guarded(this::close)).start();
    runUntil(clock.elapsed().plus(Duration.ofMinutes(2)));
    invariants.checkEnd();
  }

  private void startDrain() {
    closing = true;
    say("drain");
    Runnable drain =
        () -> {
          try {
            boolean complete = pools.drain(Duration.ofSeconds(60));
            say("drained: %s", complete);
            expect(
                !complete || closed || holdings.stream().allMatch(Holding::isTaken),
                "drained, but somebody holds a lease");
          } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the drain", e);
          }
        };
    threads.newThread(() -> guarded(drain)).start();
  }

  private void close() {
    say("close");
    pools.close();
    closeReturned = true;
  }

  private void runUntil(Duration end) {
    while (clock.elapsed().compareTo(end) < 0) {
      if (threads.step()) {
        throwWrong();
        invariants.checkAlways();
        if (threads.steps() > MOST_STEPS) {
          throw new AssertionError("no end after " + MOST_STEPS + " steps");
        }
        if (random.nextInt(100) == 0) {
          clock.advance(Duration.ofNanos(random.nextInt(3_000_000)));
        }
      } else {
        invariants.checkAtRest();
        draining = closing;
        if (!clock.advanceToNext()) {
          return;
        }
      }
    }
  }

  private void throwWrong() {
    if (wrong != null) {
      throw new AssertionError(wrong.getMessage(), wrong);
    }
  }

  private boolean troubles = true;

  @Override
  public String toString() {
    return "%d steps, %s of the pool's time, hash %x"
        .formatted(threads.steps(), clock.elapsed(), log.hash());
  }

  /** Runs something that must not fail. */
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      wrong = wrong == null ? e : wrong;
    }
  }

  void expect(boolean holds, String otherwise, @Nullable Object... arguments) {
    if (!holds) {
      AssertionError e = new AssertionError(String.format(Locale.ROOT, otherwise, arguments));
      say("WRONG: %s", e.getMessage());
      wrong = wrong == null ? e : wrong;
    }
  }

  void say(String line, @Nullable Object... arguments) {
    log.say(clock.elapsed().toNanos() / 1_000, String.format(Locale.ROOT, line, arguments));
  }

  /** Something rare and bad; the rarer the less trouble there shall be. */
  boolean oneIn(int n) {
    return troubles && plan.trouble() > 0 && random.nextInt(n * 3 / plan.trouble()) == 0;
  }

  /** A number from 0 to {@code n - 1}. */
  int below(int n) {
    return random.nextInt(n);
  }

  double fraction() {
    return random.nextDouble();
  }

  Pools.Door anyDoor() {
    return pools.doors.get(random.nextInt(pools.doors.size()));
  }

  /** Somebody got a lease. */
  Holding received(Lease<SimConnection> lease, Request request) {
    String who = request.who;
    SimConnection connection;
    try {
      connection = lease.connection();
    } catch (IllegalStateException e) {
      throw new AssertionError(who + " got a lease that has ended", e);
    }
    connection.users++;
    say("%s has %s", who, connection);
    expect(connection.closes == 0 || closed, "%s got %s, which is closed", who, connection);
    expect(!connection.detached, "%s got %s, which is detached", who, connection);
    expect(connection.epoch >= request.evictions, "%s got %s, which was evicted", who, connection);
    expect(
        request.suspension == 0 || request.suspension != suspension || closing,
        "%s got %s from a suspended pool",
        who,
        connection);
    expect(!request.tooLate, "%s got %s from a pool that is being drained", who, connection);
    Holding holding = new Holding(this, lease, connection, request);
    holdings.add(holding);
    return holding;
  }

  /** How many had their lease on a connection ended under their hands. */
  int takenFrom(SimConnection connection) {
    return (int) holdings.stream().filter(h -> h.connection() == connection && h.isTaken()).count();
  }

  void suspended() {
    suspension = ++suspensions;
    say("suspended");
  }

  void resumed() {
    say("resume");
    suspension = 0;
  }

  /** A strategy that is not always right. */
  int select(Candidates candidates) {
    threads.pause();
    if (oneIn(10)) {
      throw new IllegalStateException("a strategy that throws");
    }
    return below(candidates.size() + 4) - 2;
  }

  /** What a listener does that is not as quick as it should be. */
  void hear(PoolEvent event) {
    say("event: %s", event.getClass().getSimpleName());
    threads.pause();
    if (oneIn(10)) {
      throw new IllegalStateException("a listener that throws");
    }
  }
}
