package dev.weir.gateway.lease;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * Orders the starts of processes, over all upstreams: one for each processor at a time, those that
 * a client waits for first, and in the order in which they came otherwise. Processes that start all
 * at once take as long, all of them, as they would one after the other; in turns, the first is
 * there when it has started.
 *
 * <p>A start that only waits, for a network or a clock, keeps no processor busy: while somebody is
 * in line and a processor had next to nothing to do for a moment, one more may start on it. So what
 * is under way is bounded by what the machine does, not by what was guessed of a start.
 *
 * <p>Who is served with what was ready goes before those who wait for a start: see {@link #served}.
 *
 * <p>Thread-safe. A start is under way until its {@link Turn} ends. {@code free} is negative while
 * more are under way than there are processors. One thread at a time looks at the processors, and
 * only while somebody is in line: who gets in line finds that thread looking or starts it, under
 * the lock under which it leaves.
 */
public final class SpawnGovernor {
  private static final Duration LOOK = Duration.ofMillis(20);

  /** What replaces one that was just taken is not to be in the way of who took it. */
  private static final Duration LATER = Duration.ofMillis(20);

  /** Idle enough, although not quite: the gateway itself does something, too. */
  private static final double BUSY = 0.25;

  private final DoubleSupplier idleProcessors;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Request> waiting = new ArrayList<>();
  private int free;
  private boolean looking;

  /** In {@link System#nanoTime}. */
  private long quietUntil = System.nanoTime() - LATER.toNanos();

  /**
   * @param processors starts that may be under way at a time however busy the machine is
   * @param idleProcessors how many of them had nothing to do since this was asked last
   */
  SpawnGovernor(int processors, DoubleSupplier idleProcessors) {
    this.free = processors;
    this.idleProcessors = idleProcessors;
  }

  /** For the processors that this process may use. */
  public static SpawnGovernor ofThisMachine() {
    int processors = Runtime.getRuntime().availableProcessors();
    var machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new SpawnGovernor(
        processors,
        () -> {
          double load = machine.getCpuLoad();
          return load < 0 ? 0 : (1 - load) * processors; // negative: not known here
        });
  }

  /** For what takes no processor of this machine. */
  static SpawnGovernor unbounded() {
    return new SpawnGovernor(Integer.MAX_VALUE, () -> 0);
  }

  /** One start that is under way. */
  public final class Turn {
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Whether the start is not over yet. */
    boolean isUnderWay() {
      return !ended.get();
    }

    /** The start is over, however it went. A second call does nothing. */
    public void end() {
      if (ended.compareAndSet(false, true)) {
        lock.lock();
        try {
          free++;
          grant();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private record Request(BooleanSupplier isWaitedFor, Condition turn, AtomicBoolean granted) {}

  /**
   * Waits for a turn.
   *
   * @param isWaitedFor whether a client waits for what is to be started; asked whenever a turn is
   *     given, and must not block
   */
  Turn begin(BooleanSupplier isWaitedFor) throws InterruptedException {
    if (!isWaitedFor.getAsBoolean()) {
      Thread.sleep(LATER);
    }
    lock.lockInterruptibly();
    try {
      var request = new Request(isWaitedFor, lock.newCondition(), new AtomicBoolean());
      waiting.add(request);
      grant();
      lookWhileSomebodyWaits();
      try {
        while (!request.granted.get()) {
          request.turn.await();
        }
      } catch (InterruptedException e) {
        if (!waiting.remove(request)) {
          free++;
          grant();
        }
        throw e;
      }
      return new Turn();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Somebody was given what was ready and has little left to do, for which no start is to be in the
   * way. Starts are held up for a moment, and for half of the time at most.
   */
  void served() {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (now - quietUntil >= LATER.toNanos()) {
        quietUntil = now + LATER.toNanos();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isQuiet() {
    return System.nanoTime() - quietUntil < 0;
  }

  private void grant() {
    while (free > 0 && !waiting.isEmpty() && !isQuiet()) {
      grantNext();
    }
  }

  private void grantNext() {
    Request next =
        waiting.stream()
            .filter(request -> request.isWaitedFor.getAsBoolean())
            .findFirst()
            .orElse(waiting.getFirst());
    waiting.remove(next);
    free--;
    next.granted.set(true);
    next.turn.signal();
  }

  private void lookWhileSomebodyWaits() {
    if (!waiting.isEmpty() && !looking) {
      looking = true;
      Thread.ofVirtual().name("spawn-governor").start(this::look);
    }
  }

  private void look() {
    var _ = idleProcessors.getAsDouble(); // what was before says nothing of now
    boolean somebodyWaits = true;
    while (somebodyWaits) {
      LockSupport.parkNanos(LOOK.toNanos());
      int more = (int) (idleProcessors.getAsDouble() + BUSY);
      lock.lock();
      try {
        boolean heldUp = free > 0;
        grant();
        for (int i = 0; i < more && !heldUp && !waiting.isEmpty() && !isQuiet(); i++) {
          grantNext();
        }
        somebodyWaits = !waiting.isEmpty();
        looking = somebodyWaits;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Starts that wait for their turn. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
