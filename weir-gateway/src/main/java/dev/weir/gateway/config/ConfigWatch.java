package dev.weir.gateway.config;

import java.time.Duration;

/**
 * Looks at the files of a configuration again and again, and says when they have changed: written
 * to, replaced by a rename, or through a link that leads elsewhere, on whatever file system.
 *
 * <p>What changes is left alone until it is the same in two looks, so that nobody reads what an
 * editor has half written. Has one virtual thread, from construction to {@link #close}, on which
 * the change is told as well.
 */
public final class ConfigWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConfigWatch.class.getName());
  private static final Duration ROUND = Duration.ofMillis(500);

  private final Thread thread;

  /**
   * @param file has been read once
   * @param changed reads it again
   */
  public ConfigWatch(ConfigFile file, Runnable changed) {
    this(file, changed, ROUND);
  }

  ConfigWatch(ConfigFile file, Runnable changed, Duration round) {
    thread = Thread.ofVirtual().name("config-watch").start(() -> watch(file, changed, round));
  }

  private static void watch(ConfigFile file, Runnable changed, Duration round) {
    Object before = file.asRead();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(round); // no system tells of every change: mounts and links are silent
        Object now = file.look();
        if (now.equals(before) && !now.equals(file.asRead())) {
          changed.run();
        }
        before = now;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "the configuration could not be looked at", e);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
