package dev.weir.gateway.listener;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes a comment to every answer that is pending, now and then: it keeps intermediaries from
 * closing the connection, and finds out which clients are no longer there. Has one virtual thread.
 */
final class KeepAlive implements AutoCloseable {
  private final Set<ReplyWriter> pending = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  KeepAlive(Duration interval) {
    thread =
        Thread.ofVirtual()
            .name("keep-alive")
            .start(
                () -> {
                  try {
                    while (true) {
                      Thread.sleep(interval.dividedBy(2));
                      // Each in a thread of its own: a client that does not read blocks only
                      // itself.
                      pending.stream()
                          .filter(writer -> writer.silence().compareTo(interval.dividedBy(2)) > 0)
                          .forEach(writer -> Thread.startVirtualThread(writer::comment));
                    }
                  } catch (InterruptedException e) {
                    pending.clear();
                  }
                });
  }

  void watch(ReplyWriter writer) {
    pending.add(writer);
  }

  void forget(ReplyWriter writer) {
    pending.remove(writer);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
