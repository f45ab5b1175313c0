package dev.weir.mcp.internal.listener;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Accepts until it is stopped. An accept that fails, mostly for want of file descriptors, neither
 * ends the loop nor lets it spin: it pauses, longer each time, up to a second. The pending clients
 * wait in the backlog meanwhile.
 */
final class AcceptLoop implements Runnable {
  private static final Logger LOG = System.getLogger("dev.weir.mcp.listener");
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long STOP_WAIT_MILLIS = 10_000;

  private final String place;
  private final Turn turn;
  private final Closeable listening;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** A platform thread: it gets its turn even when handlers keep every carrier busy. */
  private final Thread thread;

  /** Waits for one client and admits it. */
  interface Turn {
    /** Must not block once there is a client: every one behind waits for it. */
    void run() throws IOException;
  }

  /**
   * @param place where clients come from, for messages
   * @param listening closed to end a turn that waits
   */
  AcceptLoop(String place, Turn turn, Closeable listening) {
    this.place = place;
    this.turn = turn;
    this.listening = listening;
    this.thread = Thread.ofPlatform().daemon().name("weir-accept-" + place).unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    long pause = 0;
    while (stopped.getCount() > 0) {
      try {
        turn.run();
        pause = 0;
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        pause = pause == 0 ? FIRST_PAUSE_MILLIS : Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
        pauseAfter(e, pause);
      }
    }
  }

  private void pauseAfter(Throwable failure, long millis) {
    try {
      if (stopped.getCount() == 0) {
        return;
      }
      LOG.log(
          millis == FIRST_PAUSE_MILLIS ? Level.WARNING : Level.DEBUG,
          "cannot accept on " + place + "; trying on",
          failure);
      stopped.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread; stop() is how it ends.
    }
  }

  /**
   * Closes the listening socket; clients in the backlog are reset. Waits for the loop's thread, for
   * the kernel goes on accepting until an accept that blocks has returned.
   */
  void stop() {
    stopped.countDown();
    try {
      listening.close();
      if (Thread.currentThread() != thread) {
        thread.join(STOP_WAIT_MILLIS);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing the listening socket", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
