package dev.weir.gateway.lease;

import java.time.Duration;
import java.util.List;

/**
 * Keeps as many processes ready as are wanted, which changes when nobody comes, too. Has one
 * virtual thread, from construction to {@link #close}, which ends the processes as well.
 */
public final class StandbyKeeper implements AutoCloseable {
  private static final Duration ROUND = Duration.ofSeconds(1);

  /** A server that does not answer has as long to hear that its sessions end. */
  private static final Duration END_BOUND = Duration.ofSeconds(2);

  private final List<Standby> all;
  private final Thread thread;

  public StandbyKeeper(List<Standby> all) {
    this.all = List.copyOf(all);
    thread = Thread.ofVirtual().name("standby-keeper").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(ROUND);
        all.forEach(Standby::look);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    all.forEach(Standby::close);
    long deadline = System.nanoTime() + END_BOUND.toNanos();
    all.forEach(standby -> standby.awaitEnd(deadline));
  }
}
