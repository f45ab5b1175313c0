package dev.weir.gateway.lease;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * So many calls at once, and who is next: a line for each client, first come, first served within
 * it, and the lines one after the other. One client never holds more than half of the turns (one at
 * least), so that calls which take for ever, or wait for a client that does not answer, leave room
 * for the others.
 *
 * <p>States of a turn: waiting → granted → over, or waiting → over. All of it is guarded by one
 * lock, held for no longer than it takes to walk over the clients that wait. A turn that ends
 * grants what it can before the lock is free, so no free turn is ever left while somebody waits who
 * may have it.
 *
 * @param <O> a client; compared by {@code equals}
 */
final class FairTurns<O> {
  private enum State {
    WAITING,
    GRANTED,
    OVER
  }

  /** One client's calls; there is one while it has any. */
  private static final class Line<O> {
    final Deque<FairTurns<O>.Turn> waiting = new ArrayDeque<>();
    int granted;
  }

  private final int most;
  private final int mostOfOne;
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which they are next: who is served goes to the end, and again afterwards. */
  private final Map<O, Line<O>> lines = new LinkedHashMap<>();

  private int granted;

  /**
   * @param most turns at a time; 1 or more
   */
  FairTurns(int most) {
    this.most = most;
    mostOfOne = Math.max(1, (most + 1) / 2);
  }

  /** A place in the line, and then a turn; to be {@linkplain #end ended} in any case. */
  final class Turn {
    private final O client;
    private final Condition changed = lock.newCondition();
    private State state = State.WAITING;

    private Turn(O client) {
      this.client = client;
    }

    /** Waits until it is this one's turn; false when it was ended before. */
    boolean await() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (state == State.WAITING) {
          changed.await();
        }
        return state == State.GRANTED;
      } finally {
        lock.unlock();
      }
    }

    boolean isGranted() {
      lock.lock();
      try {
        return state == State.GRANTED;
      } finally {
        lock.unlock();
      }
    }

    /** Gives the turn, or the place in the line, to others. A second call does nothing. */
    void end() {
      lock.lock();
      try {
        leave(this);
      } finally {
        lock.unlock();
      }
    }

    /** The same, but only while it waits: true when it did. */
    boolean giveUp() {
      lock.lock();
      try {
        boolean waited = state == State.WAITING;
        if (waited) {
          leave(this);
        }
        return waited;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Joins the line of this client. */
  Turn join(O client) {
    lock.lock();
    try {
      var turn = new Turn(client);
      lines.computeIfAbsent(client, newcomer -> new Line<>()).waiting.add(turn);
      grant();
      return turn;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Turn turn) {
    Line<O> line = lines.get(turn.client);
    if (turn.state == State.OVER || line == null) {
      return;
    }
    if (turn.state == State.GRANTED) {
      line.granted--;
      granted--;
      moveToTheEnd(turn.client, line);
    } else {
      line.waiting.remove(turn);
    }
    turn.state = State.OVER;
    turn.changed.signalAll();
    if (line.granted == 0 && line.waiting.isEmpty()) {
      lines.remove(turn.client);
    }
    grant();
  }

  private void grant() {
    for (Line<O> line = next(); line != null; line = next()) {
      Turn turn = line.waiting.remove();
      turn.state = State.GRANTED;
      line.granted++;
      granted++;
      moveToTheEnd(turn.client, line);
      turn.changed.signalAll();
    }
  }

  /** Who has just been served is next when everybody else was. */
  private void moveToTheEnd(O client, Line<O> line) {
    lines.remove(client);
    lines.put(client, line);
  }

  /** The line whose turn it is; null when nobody may have one. */
  private @Nullable Line<O> next() {
    if (granted == most) {
      return null;
    }
    for (Line<O> line : lines.values()) {
      if (!line.waiting.isEmpty() && line.granted < mostOfOne) {
        return line;
      }
    }
    return null;
  }
}
