package dev.weir.pool.internal.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A clock that one thread sets every millisecond, so that reading it is a plain load: a real clock
 * read costs more than all the rest of an uncontended acquire.
 *
 * <p>One for the whole process. Its thread starts with the first read and sleeps as soon as nobody
 * has read for a while; the first reader after that finds {@link #ASLEEP}, reads the real clock and
 * wakes the thread. Readers write only once in that while.
 */
final class CoarseClock {
  private static final long TICK_NANOS = 1_000_000;
  private static final int TICKS_UNTIL_ASLEEP = 64;
  private static final long ASLEEP = Long.MIN_VALUE;

  private static final VarHandle NOW;
  private static final VarHandle READ;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      NOW = lookup.findStaticVarHandle(CoarseClock.class, "now", long.class);
      READ = lookup.findStaticVarHandle(CoarseClock.class, "read", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // through NOW
  private static long now = ASLEEP;

  @SuppressWarnings("UnusedVariable") // through READ
  private static boolean read;

  private CoarseClock() {}

  static long nanos() {
    if (!(boolean) READ.getOpaque()) {
      READ.setOpaque(true);
    }
    long seen = (long) NOW.getOpaque();
    return seen == ASLEEP ? wake() : seen;
  }

  private static long wake() {
    LockSupport.unpark(Ticker.THREAD);
    return System.nanoTime();
  }

  private static void tick() {
    for (int ticks = 0; ; ticks++) {
      NOW.setOpaque(System.nanoTime());
      LockSupport.parkNanos(CoarseClock.class, TICK_NANOS);
      if (ticks % TICKS_UNTIL_ASLEEP == 0 && !(boolean) READ.getAndSet(false)) {
        NOW.setVolatile(ASLEEP);
        // Who read after the look above has set the flag; who reads from now on unparks.
        while (!(boolean) READ.getVolatile()) {
          LockSupport.park(CoarseClock.class);
        }
      }
    }
  }

  /** Holds the thread, which starts when it is first named. */
  private static final class Ticker {
    static final Thread THREAD = start();

    private static Thread start() {
      Thread thread = new Thread(CoarseClock::tick, "weir-coarse-clock");
      thread.setDaemon(true);
      // The thread lives as long as the process: it must not hold on to an application's class
      // loader.
      thread.setContextClassLoader(null);
      thread.start();
      return thread;
    }
  }
}
