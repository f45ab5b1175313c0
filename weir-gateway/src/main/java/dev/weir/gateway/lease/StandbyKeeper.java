package dev.weir.gateway.lease;

import java.time.Duration;

/**
 * Keeps as many processes of an upstream ready as are wanted, which changes when nobody comes, too.
 * Has one virtual thread, from construction to {@link #close}, which ends the processes as well.
 */
public final class StandbyKeeper implements AutoCloseable {
  private static final Duration ROUND = Duration.ofSeconds(1);

  /** A server that does not answer has as long to hear that its sessions end. */
  private static final Duration END_BOUND = Duration.ofSeconds(2);

  private final Standby standby;
  private final Thread thread;

  public StandbyKeeper(Standby standby) {
    this.standby = standby;
    thread = Thread.ofVirtual().name("standby-keeper").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(ROUND);
        standby.look();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    standby.close();
    standby.awaitEnd(System.nanoTime() + END_BOUND.toNanos());
  }
}
