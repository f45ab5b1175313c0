package dev.weir.gateway.session;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events of one stream towards a client, kept within bounds so that the client can come back
 * for them (2025-11-25, Transports, "Resumability and Redelivery").
 *
 * <p>States: open → ended. Anybody appends while it is open; at most one reader takes events out,
 * and a newer reader supersedes the older one, which then returns. All fields are guarded by {@code
 * lock}; nothing of a reader's runs while it is held, so a slow client delays nobody.
 */
final class StreamLog {
  private static final int MAX_EVENTS = 256;
  private static final int MAX_BYTES = 256 * 1024;

  private record Entry(long sequence, @Nullable Envelope message) {
    int size() {
      return message == null ? 0 : message.size();
    }
  }

  private final int number;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private int bytes;
  private long nextSequence;
  private long nextUndelivered;
  private long dropped;
  private boolean ended;

  /** Counts readers; whoever holds the newest number is the reader. */
  private int readers;

  private boolean attached;

  StreamLog(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** Adds an event and says under which id it is known. The oldest go when there are too many. */
  ServerEvent append(@Nullable Envelope message) {
    lock.lock();
    try {
      var entry = new Entry(nextSequence++, message);
      entries.add(entry);
      bytes += entry.size();
      while (entries.size() > 1 && (entries.size() > MAX_EVENTS || bytes > MAX_BYTES)) {
        Entry oldest = entries.remove();
        bytes -= oldest.size();
        if (oldest.sequence >= nextUndelivered) {
          dropped++;
        }
      }
      changed.signalAll();
      return event(entry);
    } finally {
      lock.unlock();
    }
  }

  /** No further events: readers return when they have taken what is there. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Registers as the reader; false when {@code exclusive} and there is one already. */
  boolean attach(boolean exclusive) {
    lock.lock();
    try {
      if (exclusive && attached) {
        return false;
      }
      attached = true;
      readers++;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes events to the client until the stream has ended or a newer reader came, starting after
   * {@code lastSequence}, or with the first that was never written if that is null. To be called
   * after {@link #attach}, on the same thread.
   */
  void pump(@Nullable Long lastSequence, Answer.Exchange client)
      throws IOException, InterruptedException {
    int me;
    long next;
    lock.lock();
    try {
      me = readers;
      next = lastSequence == null ? nextUndelivered : lastSequence + 1;
    } finally {
      lock.unlock();
    }
    try {
      for (Entry entry = take(me, next); entry != null; entry = take(me, next)) {
        client.event(event(entry));
        next = entry.sequence + 1;
        delivered(next);
      }
    } finally {
      detach(me);
    }
  }

  private @Nullable Entry take(int me, long next) throws InterruptedException {
    lock.lock();
    try {
      while (me == readers) {
        for (Entry entry : entries) {
          if (entry.sequence >= next) {
            return entry;
          }
        }
        if (ended) {
          return null;
        }
        changed.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void delivered(long next) {
    lock.lock();
    try {
      nextUndelivered = Math.max(nextUndelivered, next);
    } finally {
      lock.unlock();
    }
  }

  private void detach(int me) {
    lock.lock();
    try {
      if (me == readers) {
        attached = false;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes a reader that waits return. */
  void expelReader() {
    lock.lock();
    try {
      readers++;
      attached = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Events that went before any client had seen them. */
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  private ServerEvent event(Entry entry) {
    return new ServerEvent(entry.message, number + "-" + entry.sequence, null);
  }
}
