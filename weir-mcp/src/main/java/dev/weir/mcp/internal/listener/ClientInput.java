package dev.weir.mcp.internal.listener;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends: read under a deadline, and watched for its end while a handler works.
 *
 * <p>Two threads may want to read the socket: the connection's own, for requests, and a watcher
 * that notices the client leaving. A blocked read cannot be called off without closing the socket,
 * so a watcher is never called off. It reads on into {@code ahead}, possibly past the end of the
 * exchange it was started for, and the connection's thread lives on what it finds there.
 *
 * <p>States: UNWATCHED → WATCHED by {@link #watch}, which the connection's thread calls; WATCHED →
 * UNWATCHED by the watcher alone, after one of its reads: when the client has left, when no action
 * waits any more, or when {@code ahead} is full. ENDED is for ever.
 *
 * <p>Only one thread reads the socket: the watcher while the state is WATCHED; the connection's
 * thread otherwise, and only after it has emptied {@code ahead}. So bytes keep their order, and a
 * pipelined request is neither lost nor torn.
 *
 * <p>Memory: {@code watching}, {@code ended}, {@code ahead} and {@code actions} are guarded by
 * {@code lock}. The watcher's reads happen before its last release of the lock, that before the
 * connection's thread acquires it and sees UNWATCHED, that before it reads the socket itself. The
 * other way round {@link Thread#start} is the edge. {@code deadline} and {@code allowance} belong
 * to the connection's thread. Without the lock around "no action waits, so I stop" a watcher could
 * stop just as the next exchange registers, and nobody would watch that one: {@code
 * ClientLeavesTest} fails.
 *
 * <p>An action runs once: whoever ends the state takes all actions out of the list under the lock,
 * and {@link #endExchange} empties the list. No lock is held while one runs.
 *
 * <p>The keep-alive timeout holds because the connection's thread waits for the watcher with its
 * own deadline; when that passes it closes the socket, which ends the watcher's read.
 */
final class ClientInput extends InputStream {
  private static final Logger LOG = System.getLogger("dev.weir.mcp.listener");

  /** Small: a waiting client sends nothing, and thousands may be waiting. */
  private static final int WATCHER_READS = 256;

  /** So much may be pipelined before the watcher gives up. */
  private static final int AHEAD_MAX = 16 * 1024;

  private static final byte[] NOTHING = {};

  private final Socket socket;
  private final InputStream in;
  private long deadline = System.nanoTime();
  private long allowance = Long.MAX_VALUE;

  /** The deadline of the read that goes on now; 0: none. */
  private volatile long readingUntil;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean watching;
  private boolean ended;
  private @Nullable IOException failure;
  private byte[] ahead = NOTHING;
  private final List<Runnable> actions = new ArrayList<>(0);

  ClientInput(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  /** From now on reads fail with {@link SocketTimeoutException} once this time has passed. */
  void deadlineIn(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
  }

  /** At most this many bytes more, from the socket, until {@link #endHead}. */
  void beginHead(int bytes) {
    allowance = bytes;
  }

  void endHead() {
    allowance = Long.MAX_VALUE;
  }

  /**
   * Runs the action on a thread of its own when the client leaves before {@link #endExchange}; at
   * once if it has left.
   */
  void watch(Runnable action) {
    lock.lock();
    try {
      if (ended) {
        startAction(action);
        return;
      }
      actions.add(action);
      if (!watching && ahead.length < AHEAD_MAX) {
        Thread.ofVirtual().name("weir-client-watch").start(this::readAhead);
        watching = true; // the new thread cannot see the lock free before this
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether a read goes on although its deadline is so long ago. The system ends one that waits for
   * its first byte; TLS makes of it a wait for each piece of a record, which never ends where the
   * pieces come steadily.
   */
  boolean isOverdue(Duration patience) {
    long until = readingUntil;
    return until != 0 && System.nanoTime() - until > patience.toNanos();
  }

  /** Whether the watcher has seen the client leave. */
  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** No action waits any more. */
  void endExchange() {
    lock.lock();
    try {
      actions.clear();
    } finally {
      lock.unlock();
    }
  }

  /** What the system holds; closing the socket now would reset the connection unless it is zero. */
  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * @throws SocketTimeoutException when the deadline has passed
   * @throws ClientGoneException when the connection was reset
   * @throws RefusedRequestException when a head is longer than allowed
   */
  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (allowance <= 0) {
      throw new RefusedRequestException(431, "request head is too long");
    }
    int n = takeAhead(to, offset, length);
    if (n == 0) {
      n = readSocket(to, offset, length);
    }
    if (n > 0 && allowance != Long.MAX_VALUE) {
      allowance -= n;
    }
    return n;
  }

  /** Zero when the socket is this thread's to read. */
  private int takeAhead(byte[] to, int offset, int length) throws IOException {
    lock.lock();
    try {
      while (watching && ahead.length == 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new SocketTimeoutException("the client sent nothing in time");
        }
        changed.awaitNanos(left);
      }
      if (ahead.length > 0) {
        int n = Math.min(length, ahead.length);
        System.arraycopy(ahead, 0, to, offset, n);
        ahead = n == ahead.length ? NOTHING : Arrays.copyOfRange(ahead, n, ahead.length);
        return n;
      }
      if (failure != null) {
        throw new ClientGoneException("the client reset its connection", failure);
      }
      return ended ? -1 : 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the client");
    } finally {
      lock.unlock();
    }
  }

  private int readSocket(byte[] to, int offset, int length) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left < 0) {
      throw new SocketTimeoutException("the client sent nothing in time");
    }
    try {
      socket.setSoTimeout((int) Math.min(left + 1, Integer.MAX_VALUE));
      readingUntil = deadline | 1;
      return in.read(to, offset, length);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new ClientGoneException("the client reset its connection", e);
    } finally {
      readingUntil = 0;
    }
  }

  /** The watcher. */
  private void readAhead() {
    byte[] piece = new byte[WATCHER_READS];
    List<Runnable> left = null;
    while (left == null) {
      int n;
      IOException broken = null;
      try {
        socket.setSoTimeout(0);
        n = in.read(piece);
      } catch (IOException e) {
        n = -1;
        broken = e;
      }
      left = afterRead(piece, n, broken);
    }
    for (Runnable action : left) {
      startAction(action);
    }
  }

  /** The actions to run, often none, when the watcher's work is over; null when it goes on. */
  private @Nullable List<Runnable> afterRead(byte[] piece, int n, @Nullable IOException broken) {
    lock.lock();
    try {
      changed.signalAll();
      if (n < 0) {
        watching = false;
        ended = true;
        failure = broken;
        List<Runnable> left = List.copyOf(actions);
        actions.clear();
        return left;
      }
      int before = ahead.length;
      ahead = Arrays.copyOf(ahead, before + n);
      System.arraycopy(piece, 0, ahead, before, n);
      watching = !actions.isEmpty() && ahead.length < AHEAD_MAX;
      return watching ? null : List.of();
    } finally {
      lock.unlock();
    }
  }

  private static void startAction(Runnable action) {
    Thread.ofVirtual()
        .name("weir-client-left")
        .start(
            () -> {
              try {
                action.run();
              } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "the action for a client that left failed", e);
              }
            });
  }
}
