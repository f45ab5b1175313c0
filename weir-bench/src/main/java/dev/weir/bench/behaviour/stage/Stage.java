package dev.weir.bench.behaviour.stage;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.KeyedSubject;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** What a behaviour plays on: one endpoint, pools over it, callers in the background. */
public final class Stage {
  /**
   * How long something may take that needs no time, on a machine that is busy with other things.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private final Contender contender;
  private final ScriptedEndpoint endpoint = new ScriptedEndpoint();
  private final List<AutoCloseable> pools = new CopyOnWriteArrayList<>();
  private final List<Thread> callers = new CopyOnWriteArrayList<>();

  public Stage(Contender contender) {
    this.contender = contender;
  }

  /** The other side of every connection. */
  public ScriptedEndpoint endpoint() {
    return endpoint;
  }

  /** Builds a pool over {@link #endpoint}; closed at the end of the behaviour. */
  public Subject start(Settings settings) {
    try {
      return startOrThrow(settings);
    } catch (Exception e) {
      throw new NotKept("the pool did not start", e);
    }
  }

  /** Like {@link #start}, for behaviours about the start itself. */
  public Subject startOrThrow(Settings settings) throws Exception {
    Subject pool = contender.start(settings, endpoint);
    pools.add(pool);
    return pool;
  }

  /** Builds a keyed pool. */
  public KeyedSubject startKeyed(Settings settings, Function<String, ScriptedEndpoint> endpoints)
      throws Exception {
    KeyedSubject pool = contender.startKeyed(settings, endpoints);
    pools.add(pool);
    return pool;
  }

  /** {@code wish}, or the shortest span that the contender accepts. */
  public Duration atLeast(Duration wish, Feature feature) {
    Duration shortest = contender.shortest(feature);
    return wish.compareTo(shortest) < 0 ? shortest : wish;
  }

  /** Whether the contender has {@code feature}. */
  public boolean offers(Feature feature) {
    return contender.offers().contains(feature);
  }

  /** Does something on a thread of its own. */
  public <T> Caller<T> call(Callable<T> work) {
    return watched(Caller.platform("caller-" + callers.size(), work));
  }

  /** Does something on a virtual thread of its own. */
  public <T> Caller<T> callVirtually(Callable<T> work) {
    return watched(Caller.virtual("caller-" + callers.size(), work));
  }

  private <T> Caller<T> watched(Caller<T> caller) {
    callers.add(caller.thread());
    return caller;
  }

  /** Acquires in the background; returns when that caller waits or has its answer. */
  public Caller<Held> waiter(Subject pool) {
    return call(pool::acquire).untilItWaits();
  }

  /** Acquires {@code count} connections, each from a caller of its own. */
  public List<Held> acquire(Subject pool, int count) {
    List<Caller<Held>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asked.add(call(pool::acquire));
    }
    return asked.stream().map(caller -> caller.result(PATIENCE)).toList();
  }

  /** Acquires on a thread of its own, so that a pool that hangs cannot hang the behaviour. */
  public Held acquire(Subject pool) {
    return acquire(pool, 1).get(0);
  }

  /** Gives it back on a thread of its own, so that a pool that hangs cannot hang the behaviour. */
  public Caller<Void> giveBack(Held held) {
    return call(
        () -> {
          held.close();
          return null;
        });
  }

  /** Its holder finds it broken, on a thread of its own. */
  public Caller<Void> fail(Held held) {
    return call(
        () -> {
          held.fail();
          return null;
        });
  }

  /** Gives all back. */
  public static void close(Collection<Held> held) throws Exception {
    for (Held one : held) {
      one.close();
    }
  }

  /** Opens all connections of the pool and leaves them idle. */
  public void fill(Subject pool, int size) throws Exception {
    close(acquire(pool, size));
    // Most pools tell by a clock of milliseconds whether a connection was used just now.
    pause(Duration.ofMillis(20));
  }

  /**
   * The pool still lends all its places at once: none was lost to what happened before. Tries for a
   * while, as a pool may need time to come to itself.
   */
  public void lendsAll(Subject pool, int max) throws Exception {
    List<Held> held = new ArrayList<>();
    List<Caller<Held>> asked = new ArrayList<>();
    for (int i = 0; i < max; i++) {
      asked.add(call(pool::acquire));
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Caller<Held> caller : asked) {
      Caller<Held> tried = caller;
      while (true) {
        try {
          held.add(tried.result(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))));
          break;
        } catch (NotKept e) {
          if (System.nanoTime() > deadline) {
            throw new NotKept(
                "only " + held.size() + " of " + max + " places could be leased afterwards", e);
          }
          tried = call(pool::acquire);
        }
      }
    }
    close(held);
  }

  /** Waits until {@code condition} holds; {@code seen} says what else was seen. */
  public void until(BooleanSupplier condition, String seen) {
    within(PATIENCE, condition, seen);
  }

  /** Waits for {@code patience} at most. */
  public void within(Duration patience, BooleanSupplier condition, String seen) {
    require(holdsWithin(patience, condition), seen);
  }

  /** Waits for {@code patience} at most; whether {@code condition} came to hold. */
  public static boolean holdsWithin(Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause(Duration.ofMillis(2));
    }
    return true;
  }

  /** Fails with what was seen unless {@code kept}. */
  public void require(boolean kept, String seen) {
    if (!kept) {
      throw new NotKept(seen);
    }
  }

  /** Fails unless {@code took} is at most {@code limit}. */
  public void requireWithin(Duration took, Duration limit, String what) {
    require(took.compareTo(limit) <= 0, what + " after " + text(took));
  }

  /** Every connection was closed, and nothing is open at the endpoint. */
  public void untilAllClosed() {
    until(
        () -> endpoint.open() == 0,
        "connections were still open at the endpoint " + text(PATIENCE) + " later");
  }

  /** Passes time. */
  public static void pause(Duration span) {
    LockSupport.parkNanos(span.toNanos());
  }

  /** A span for a reader. */
  public static String text(Duration span) {
    long millis = span.toMillis();
    return millis < 10_000 ? millis + " ms" : span.toSeconds() + " s";
  }

  /** Ends everything, whatever state it is in. Returns in a few seconds at most. */
  public void clear() {
    endpoint.close();
    callers.forEach(Thread::interrupt);
    Thread closer =
        Thread.ofPlatform()
            .daemon()
            .name("closer")
            .start(
                () -> {
                  for (AutoCloseable pool : pools) {
                    try {
                      pool.close();
                    } catch (Exception e) {
                      // The behaviour is over; another one asks how pools end.
                    }
                  }
                });
    try {
      closer.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
