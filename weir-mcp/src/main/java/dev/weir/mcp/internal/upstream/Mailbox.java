package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has come for one request and was not yet taken by the thread that asked.
 *
 * <p>States: OPEN → ANSWERED, CANCELLED, LOST, FAILED or OVERFLOWED; the first one stays. Messages
 * that were put before an answer, a loss or a failure are still taken; after a cancel or an
 * overflow nobody wants them.
 *
 * <p>Who writes: any thread puts and ends, one thread takes. Everything is guarded by one lock that
 * is never held while anything else runs.
 *
 * <p>The bound. A client that reads slowly must not fill the memory, and must not stop the other
 * requests of its conversation, which come through the same reader. So a mailbox takes 1,024
 * messages or 4 MiB (one message always, and the answer always: nothing follows it). Then the
 * reader waits, which slows down the upstream; but it waits no more than five seconds for one
 * request in all its life, counted together, so that a trickling client is no way around it. After
 * that the request has overflowed: it fails alone, and what still comes for it is dropped.
 */
final class Mailbox {

  /** How a request ended. */
  enum End {
    ANSWERED,
    CANCELLED,
    LOST,
    FAILED,
    OVERFLOWED
  }

  static final int MAX_MESSAGES = 1_024;
  static final long MAX_BYTES = 4L << 20;
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hasMessages = lock.newCondition();
  private final Condition hasRoom = lock.newCondition();
  private final Deque<Envelope> messages = new ArrayDeque<>();
  private final boolean isOfSubscription;
  private long bytes;
  private long patienceNanos;
  private @Nullable End end;
  private @Nullable Envelope answer;
  private @Nullable UpstreamException failure;

  /** Where the request ends on the wire; see {@link Correlator.Wire#write}. */
  private volatile long position;

  /**
   * @param patience how long the reader waits for this request, in all
   * @param isOfSubscription whether it is for what a subscription brings, and for nothing else
   */
  Mailbox(Duration patience, boolean isOfSubscription) {
    patienceNanos = patience.toNanos();
    this.isOfSubscription = isOfSubscription;
  }

  boolean isOfSubscription() {
    return isOfSubscription;
  }

  /**
   * Puts a message; waits for room as the class says.
   *
   * @return false when the request has ended before and the message belongs to nobody here
   */
  boolean put(Envelope message) {
    lock.lock();
    try {
      while (end == null && isFull(message) && patienceNanos > 0) {
        patienceNanos = hasRoom.awaitNanos(patienceNanos);
      }
      if (end != null) return end == End.OVERFLOWED;
      if (isFull(message)) {
        finish(End.OVERFLOWED, null);
      } else {
        messages.add(message);
        bytes += message.size();
        hasMessages.signal();
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the sender is being ended; so is what it sends
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull(Envelope message) {
    return messages.size() >= MAX_MESSAGES
        || (!messages.isEmpty() && bytes + message.size() > MAX_BYTES);
  }

  /** Ends the request with its answer, unless it has ended. */
  void answer(Envelope response) {
    lock.lock();
    try {
      if (end == null) finish(End.ANSWERED, response);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the request without an answer, unless it has ended. */
  void end(End how) {
    lock.lock();
    try {
      if (end == null) finish(how, null);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the request with what went wrong with it alone, unless it has ended. */
  void fail(UpstreamException why) {
    lock.lock();
    try {
      if (end == null) {
        failure = why;
        finish(End.FAILED, null);
      }
    } finally {
      lock.unlock();
    }
  }

  private void finish(End how, @Nullable Envelope response) {
    end = how;
    answer = response;
    if (how == End.CANCELLED || how == End.OVERFLOWED) messages.clear();
    hasMessages.signalAll();
    hasRoom.signalAll();
  }

  /** The next message, waiting for it; null when the request has ended and all is taken. */
  @Nullable Envelope take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (messages.isEmpty() && end == null) hasMessages.await();
      Envelope message = messages.poll();
      if (message != null) bytes -= message.size();
      hasRoom.signal();
      return message;
    } finally {
      lock.unlock();
    }
  }

  /** How it ended; null while it has not. */
  @Nullable End end() {
    lock.lock();
    try {
      return end;
    } finally {
      lock.unlock();
    }
  }

  /** The answer, after {@link End#ANSWERED}. */
  @Nullable Envelope answer() {
    lock.lock();
    try {
      return answer;
    } finally {
      lock.unlock();
    }
  }

  /** What went wrong, after {@link End#FAILED}. */
  @Nullable UpstreamException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  long position() {
    return position;
  }

  void position(long written) {
    position = written;
  }
}
