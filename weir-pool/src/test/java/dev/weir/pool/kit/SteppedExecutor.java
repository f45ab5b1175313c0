package dev.weir.pool.kit;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Threads that run one at a time, on the thread that calls {@link #step}, and change places only
 * where they block or call {@link #pause}. Who goes on is chosen by the random numbers handed in,
 * so the same numbers give the same history.
 *
 * <p>They are virtual threads on a carrier of our own: what they run needs no change, and a lock or
 * a queue of the JDK blocks them like any other. Needs a JDK of 21 or newer, started with {@code
 * --add-opens java.base/java.lang=ALL-UNNAMED}: see {@link #isPossible}.
 */
public final class SteppedExecutor implements Executor, ThreadFactory {
  private static final long FIRST_ID = 1_000_000;

  /** Which of those that are ready goes on. */
  private enum Order {
    ANY,
    MOSTLY_FIRST,
    MOSTLY_LAST
  }

  private final Random random;
  private final Order order;
  private final Object builder;
  private final Method unstarted;
  private final Field id;
  private final List<Runnable> ready = new ArrayList<>();
  private long threads;
  private long steps;
  private boolean stepping;

  public SteppedExecutor(Random random) {
    this.random = random;
    order = Order.values()[random.nextInt(Order.values().length)];
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      builder = constructor.newInstance((Executor) this);
      unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
      id = Thread.class.getDeclaredField("tid");
      id.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no virtual threads on a carrier of one's own", e);
    }
  }

  /** Whether this JVM lets us. */
  public static boolean isPossible() {
    try {
      new SteppedExecutor(new Random(0));
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Override
  public Thread newThread(Runnable task) {
    try {
      Thread thread = (Thread) unstarted.invoke(builder, task);
      // The JVM counts all threads that it ever made; what hashes the number would differ each
      // time.
      id.setLong(thread, FIRST_ID + threads++);
      return thread;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Called by the JVM when a thread is ready to go on. */
  @Override
  public void execute(Runnable continuation) {
    synchronized (ready) {
      ready.add(continuation);
    }
  }

  /** Lets one thread go on until it blocks, pauses or ends. False: none can. */
  public boolean step() {
    Runnable next;
    synchronized (ready) {
      if (ready.isEmpty()) {
        return false;
      }
      next = ready.remove(choose(ready.size()));
    }
    steps++;
    stepping = true;
    try {
      next.run();
    } finally {
      stepping = false;
    }
    return true;
  }

  private int choose(int size) {
    boolean any = order == Order.ANY || random.nextInt(4) == 0;
    if (any) {
      return random.nextInt(size);
    }
    return order == Order.MOSTLY_FIRST ? 0 : size - 1;
  }

  /** How many steps were made. */
  public long steps() {
    return steps;
  }

  /** Lets the others go first, at times. Does nothing outside of a step. */
  public void pause() {
    if (stepping && random.nextInt(4) == 0) {
      Thread.yield();
    }
  }
}
