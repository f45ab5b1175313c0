package dev.weir.gateway.session;

import dev.weir.mcp.UpstreamSessionLostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a session lasts: what its client does, and when nothing of that holds it any more.
 *
 * <p>States: open → retired. Retired: the session is about to be ended. That and the coming of a
 * client are decided under one lock: a client that comes first keeps the session, one that comes
 * second is told that it has ended, and nobody's call is begun on a session that is being ended.
 *
 * <p>Idleness is measured by what the client does: a message, or a request or stream that it still
 * waits for. A client that has left counts for nothing, even while its request goes on.
 *
 * <p>Thread-safe: all that changes is guarded by this object's monitor, under which nothing blocks.
 */
final class SessionLife {
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  private final LongSupplier nanoTime;
  private final double lifetimePart;
  private final long openedAt;
  private final BooleanSupplier isCalled;
  private Duration mayBeIdle = FOR_EVER;
  private int attended;
  private long lastActivity;
  private boolean claimed;
  private boolean givesWay;
  private boolean retired;
  private @Nullable Replaced replaced;

  /** When it is to end for that, and when also if a call is in flight: of {@code nanoTime}. */
  private record Replaced(long end, long cutOff) {}

  /**
   * @param lifetimePart how much of the longest life this session gets
   * @param isCalled whether a call is in flight
   */
  SessionLife(LongSupplier nanoTime, double lifetimePart, BooleanSupplier isCalled) {
    this.nanoTime = nanoTime;
    this.lifetimePart = lifetimePart;
    this.isCalled = isCalled;
    this.openedAt = nanoTime.getAsLong();
    this.lastActivity = openedAt;
  }

  /** See {@link ClientSession#idleNanos}. */
  synchronized long idleNanos() {
    return attended > 0 ? 0 : nanoTime.getAsLong() - lastActivity;
  }

  /** See {@link ClientSession#retireIfExpired}. */
  synchronized SessionRegistry.@Nullable End retireIfExpired(
      Duration idleTimeout, Duration maxLifetime) {
    SessionRegistry.End why = null;
    if (idleNanos() > Math.min(idleTimeout.toNanos(), mayBeIdle.toNanos())) {
      why = SessionRegistry.End.IDLE;
    } else if (nanoTime.getAsLong() - openedAt > lifetimePart * maxLifetime.toNanos()
        && !isCalled.getAsBoolean()) {
      why = SessionRegistry.End.LIFETIME;
    } else if (isReplaced()) {
      why = SessionRegistry.End.REPLACED;
    }
    retired |= why != null;
    return why;
  }

  private boolean isReplaced() {
    long now = nanoTime.getAsLong();
    return replaced != null
        && now - replaced.end >= 0
        && (!isCalled.getAsBoolean() || now - replaced.cutOff >= 0);
  }

  /**
   * What stands behind it has been replaced: it ends after this time, as soon as no call is in
   * flight, and a while later in any case. Who is told twice ends when he was told first.
   */
  synchronized void endWithin(Duration time, Duration callsTime) {
    if (replaced == null) {
      long end = nanoTime.getAsLong() + time.toNanos();
      replaced = new Replaced(end, end + callsTime.toNanos());
    }
  }

  /** Whether {@link #retireToMakeRoom} would do it now. */
  synchronized boolean isToGiveWay() {
    return givesWay && attended == 0 && !retired && !isCalled.getAsBoolean();
  }

  /** Retires it if it may give way, and nobody waits for anything in it. */
  synchronized boolean retireToMakeRoom() {
    boolean gives = isToGiveWay();
    retired |= gives;
    return gives;
  }

  synchronized void mayBeIdle(Duration time) {
    mayBeIdle = time;
  }

  /** See {@link ClientSession#served}. */
  synchronized void served() {
    givesWay = !claimed;
  }

  /** See {@link ClientSession#claimed}. */
  synchronized void claimed() {
    claimed = true;
    givesWay = false;
    mayBeIdle = FOR_EVER;
  }

  /** The client did something. */
  synchronized void touch() throws UpstreamSessionLostException {
    if (retired) {
      throw new UpstreamSessionLostException(
          "the session has ended, because it was idle for too long, too old, or its upstream replaced; initialize again",
          null);
    }
    lastActivity = nanoTime.getAsLong();
  }

  private synchronized void came() throws UpstreamSessionLostException {
    touch();
    attended++;
  }

  private synchronized void left() {
    lastActivity = nanoTime.getAsLong();
    attended--;
  }

  /** Counts a client as waiting, from construction until it has left or {@link #close}. */
  final class Attendance implements ClientSession.Waiting {
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * @param leaving takes what is to be run when the client has left
     */
    Attendance(Consumer<Runnable> leaving) throws UpstreamSessionLostException {
      came();
      leaving.accept(this::close);
    }

    boolean isOver() {
      return over.get();
    }

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        left();
      }
    }
  }
}
