package dev.weir.pool.internal.open;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolSnapshot.Opening;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Backoff;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections because callers wait or fewer than {@code min} are there, never for one
 * particular caller: what it opens goes to whoever waits first by then, and a caller that gave up
 * cancels nothing.
 *
 * <p><b>How many.</b> As many as callers wait for whom nothing is coming yet (opening or being
 * checked), at most {@code openParallelism} at a time, within {@code max}. The place is reserved
 * before the try starts, so that no race exceeds {@code max}. A connection that comes back
 * meanwhile serves a waiter; the open that it made needless goes on, the next one is not begun.
 *
 * <p>A try that has used a quarter of its time is slow, and no longer counts as coming: another is
 * begun in its stead, so that one that hangs does not hold up those whom another connection could
 * serve.
 *
 * <p><b>A series</b> is the tries for one reserved place: {@link OpenAttempt}, and after each
 * failure a pause and another, {@code maxRetries} times or until nobody needs it any more. Then the
 * place is vacated. A series that used up its retries makes the opener pause before the next one;
 * if nothing is left that waiters could wait for, they are told.
 *
 * <p><b>The endpoint</b> counts failures over all series: {@link Endpoint}. When it goes down, all
 * series end, whoever waits with no connection left to wait for is told, and the only tries from
 * then on are probes, one at a time. A probe is wanted while fewer than {@code min} connections are
 * there, while somebody waits, and for as long after the last refused caller as an idle connection
 * would have been kept for the next. What it opens goes the way of all connections; then as many
 * series are begun as are needed, {@code openParallelism} at a time as ever. Every way in which a
 * connection leaves the pool ends in {@link #refuseIfDown}, and so does every caller that joins the
 * line; the line and the slots are volatile, so one of the two sees the other, and nobody waits for
 * a connection that is gone.
 *
 * <p><b>States of a try:</b> RUNNING → SETTLED by one compare-and-set between its arrival, its time
 * limit and the close of the pool; only the winner touches the slot. A try that is too late closes
 * what it opened. Its thread is interrupted, but may hang on: the number of such threads is bounded
 * too, see {@link #mayRun}.
 *
 * <p><b>Accounting.</b> The count of opens under way falls after the result was handed on or the
 * place vacated, and then the need is looked at again; so a waiter that saw the count too high is
 * served by that second look. No lock is held while the factory or the listener runs.
 */
public final class Opener<C> {
  /**
   * How many times {@code openParallelism} threads may hang in the factory before no more are sent
   * there.
   */
  private static final int HANGING_FACTOR = 4;

  /** For reservations that nothing but the want of a place shall refuse. */
  private static final int MANY = Integer.MAX_VALUE;

  private final Parts<C> parts;
  private final Dispatch<C> dispatch;
  private final SlotTable<C> table;
  private final PoolOptions options;
  private final Backoff backoff;
  private final Freshness freshness;
  private final OpensUnderWay<C> underWay = new OpensUnderWay<>();
  private final AtomicInteger inFactory = new AtomicInteger();
  private final AtomicLong lastId = new AtomicLong();
  private final Set<OpenAttempt<C>> running = ConcurrentHashMap.newKeySet();

  /** Who takes one out decides what becomes of its place. */
  private final Set<Pause<C>> pausing = ConcurrentHashMap.newKeySet();

  private final Endpoint endpoint;
  private final Announcements announcements = new Announcements();
  private volatile @Nullable OpenFailure lastFailure;
  private volatile Alarm.@Nullable Call nextProbe;
  private volatile boolean closed;

  /** Between two tries of a series; one is never equal to another. */
  private static final class Pause<C> {
    private final Slot<C> slot;
    private final int nextNumber;

    Pause(Slot<C> slot, int nextNumber) {
      this.slot = slot;
      this.nextNumber = nextNumber;
    }
  }

  public Opener(Parts<C> parts, Dispatch<C> dispatch, Freshness freshness) {
    this.freshness = freshness;
    this.parts = parts;
    this.dispatch = dispatch;
    table = parts.table();
    options = parts.options();
    backoff = new Backoff(options.retryBackoff(), options.maxRetryBackoff(), parts.random());
    endpoint =
        new Endpoint(
            options.breakerThreshold(), backoff, Deadline.nanos(options.maxRetryBackoff()));
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  /** Begins as many series as are needed and possible, or a probe. Never blocks. */
  public void supply() {
    boolean more = true;
    while (more) {
      long now = parts.clock().nanos();
      more = endpoint.isUp() ? supplyOne(now) : supplyProbe(now);
    }
    refuseIfDown();
  }

  private boolean supplyOne(long now) {
    return endpoint.mayBegin(now)
        && table.wantsMore(dispatch.waiting(), parallelism(), now)
        && reserveAndBegin(dispatch.waiting(), parallelism(), now, endpoint::tryOpen);
  }

  private boolean supplyProbe(long now) {
    if (!endpoint.isProbeDue(now)) {
      return false;
    }
    lapseIfUnwanted(now);
    if (dispatch.waiting() > 0) {
      endpoint.asked(now);
    } else if (!probesGoOn(now)) {
      return false;
    }
    // Tries that began before the breaker opened may hang on: they are no reason to wait.
    boolean begun = reserveAndBegin(MANY, MANY, now, () -> endpoint.tryProbe(now));
    if (!begun && table.opening() == 0) {
      endpoint.lapse(now); // no place for it, nor will there be one soon
    }
    return begun;
  }

  /** Whether probes are made though nobody waits. */
  private boolean probesGoOn(long now) {
    long kept = Deadline.nanos(options.idleTimeout());
    return table.occupied() < table.min() || kept == 0 || endpoint.wasAsked(now, kept);
  }

  /** True: look again whether there is more to do. */
  private boolean reserveAndBegin(
      int waiting, int parallelism, long now, Supplier<Endpoint.@Nullable Try> permission) {
    if (!parts.budget().take()) {
      return false;
    }
    Slot<C> slot = table.reserve(waiting, parallelism, now);
    if (slot == null) {
      parts.budget().putBack();
      return false;
    }
    // Asked for only now: who has the permission to probe must be able to use it.
    Endpoint.Try granted = permission.get();
    if (granted == null) {
      end(slot, slot.generation());
    } else {
      begin(slot, granted, 1);
    }
    return true;
  }

  /**
   * Tells those who wait, if the endpoint is down and no connection is left to wait for. To be
   * called whenever a connection leaves the pool; costs one read while the endpoint is up.
   */
  public void refuseIfDown() {
    if (isHopeless() && dispatch.waiting() > 0) {
      endpoint.asked(parts.clock().nanos());
      dispatch.nothingToWaitFor(this::isHopeless);
    }
  }

  /** Whether the endpoint is known to be down, and there is no connection to wait for. */
  private boolean isHopeless() {
    if (endpoint.isUp()) {
      return false;
    }
    lapseIfUnwanted(parts.clock().nanos());
    return endpoint.refuses() && !hasConnection();
  }

  /** What was known is old once a probe that was due has not been made. */
  private void lapseIfUnwanted(long now) {
    if (endpoint.isProbeDue(now) && !probesGoOn(now)) {
      endpoint.lapse(now);
    }
  }

  /** Whether opening was given up for now, though the endpoint is not down, and nothing is left. */
  private boolean hasGivenUp() {
    return endpoint.isUp()
        && endpoint.restsFor(parts.clock().nanos()) > 0
        && table.opening() == 0
        && !hasConnection();
  }

  /** The last failure since the last success. */
  public @Nullable OpenFailure lastFailure() {
    return lastFailure;
  }

  /** Gives up all that is under way; what arrives nevertheless is closed. */
  public void close() {
    closed = true;
    cancelProbe();
    pausing.forEach(this::endPause);
    for (OpenAttempt<C> attempt : running) {
      if (attempt.abandon()) {
        end(attempt);
        running.remove(attempt);
      }
    }
  }

  /** For how long no try is begun, since all failed; zero: nothing keeps it. */
  public Duration restsFor(long now) {
    return Duration.ofNanos(endpoint.restsFor(now));
  }

  /** The opens under way, pauses between tries included. */
  public List<Opening> underWay(long now) {
    return underWay.at(now);
  }

  /** How many connections are opened at a time. */
  public int parallelism() {
    return Math.min(options.openParallelism(), table.max());
  }

  private void begin(Slot<C> slot, Endpoint.Try permission, int number) {
    OpenAttempt<C> attempt = new OpenAttempt<>(this, parts, slot, permission, number);
    running.add(attempt);
    underWay.trying(slot, number, parts.clock().nanos());
    // In this order: either this thread sees the flag, or close() sees the attempt.
    if (closed) {
      running.remove(attempt);
      if (attempt.abandon()) {
        end(attempt);
      }
      return;
    }
    attempt.start();
  }

  /** Whether one more thread may enter the factory; the answer yes counts it in. */
  boolean mayRun() {
    if (inFactory.incrementAndGet() <= HANGING_FACTOR * options.openParallelism()) {
      return true;
    }
    inFactory.decrementAndGet();
    return false;
  }

  void hasRun() {
    inFactory.decrementAndGet();
  }

  /** A try has arrived, and won. */
  void arrived(OpenAttempt<C> attempt, C connection, long took) {
    running.remove(attempt);
    long now = parts.clock().nanos();
    long id = lastId.incrementAndGet();
    Slot<C> slot = attempt.slot();
    Slot.Birth birth = birth(id, attempt.epoch(), now);
    underWay.ended(slot);
    boolean filled = slot.fill(attempt.generation(), connection, birth, table.leasesEach());
    if (!filled) {
      throw new IllegalStateException("the place of a settled open was taken away");
    }
    lastFailure = null;
    Endpoint.Change change = endpoint.succeeded();
    parts.counters().created();
    parts.events().created(id, took);
    if (change != null) {
      announce(change, now);
    }
    // After the slot was filled: either this thread sees the new epoch, or who began it the slot.
    if (birth.epoch() == table.epoch()) {
      dispatch.handOn(slot);
    } else {
      dispatch.giveUp(slot, Reason.OUTDATED);
    }
    ended(attempt);
    table.openEnded();
    dispatch.supply();
  }

  private Slot.Birth birth(long id, int epoch, long now) {
    long lifetime = Deadline.nanos(options.maxLifetime());
    long longest = lifetime > 0 ? lifetime : Deadline.nanos(Deadline.LONGEST);
    long cut = (long) (lifetime * options.lifetimeJitter() * parts.random().getAsDouble());
    long retiresAt = now + longest - cut;
    return new Slot.Birth(id, epoch, now, retiresAt, freshness.readyUntil(retiresAt, now));
  }

  /** A try has failed or was too slow. */
  void failed(OpenAttempt<C> attempt, Throwable cause) {
    running.remove(attempt);
    long now = parts.clock().nanos();
    lastFailure = new OpenFailure(cause, now);
    parts.counters().openFailed();
    Endpoint.Change change = endpoint.failed(attempt.permission(), now, cause);
    boolean usedUp = attempt.number() > options.maxRetries();
    boolean again = !usedUp && endpoint.isUp() && isNeeded();
    parts.events().openFailed(attempt.number(), cause, again || !endpoint.isUp());
    if (change != null) {
      isDown(change, now);
    }
    if (again && attempt.slot().retry(attempt.generation())) {
      ended(attempt);
      pause(attempt.slot(), attempt.number(), now);
      return;
    }
    if (usedUp) {
      rest(attempt, now);
    }
    end(attempt);
    if (usedUp && hasGivenUp()) {
      dispatch.nothingToWaitFor(this::hasGivenUp);
    }
    dispatch.supply();
  }

  private void isDown(Endpoint.Change change, long now) {
    if (change.kind() == Endpoint.Kind.OPENED) {
      pausing.forEach(this::endPause);
      announce(change, now);
      dispatch.suspect(now);
    }
    nextProbe = parts.alarm().at(change.nextProbe(), dispatch::supply);
    // In this order: either this thread sees the flag, or close() sees the call.
    if (closed) {
      cancelProbe();
    }
  }

  private void cancelProbe() {
    Alarm.Call call = nextProbe;
    if (call != null) {
      call.cancel();
    }
  }

  private void announce(Endpoint.Change change, long now) {
    Outage outage = change.outage();
    announcements.add(
        change.number(),
        change.kind() == Endpoint.Kind.OPENED
            ? () -> parts.events().breakerOpened(null, outage.cause())
            : () -> parts.events().breakerClosed(null, outage.cause(), now - outage.since()));
  }

  /** The pause runs from the failure itself, not from when it had been told. */
  private void pause(Slot<C> slot, int failures, long failedAt) {
    Pause<C> pause = new Pause<>(slot, failures + 1);
    long until = failedAt + backoff.pause(failures);
    underWay.pausing(slot, failures + 1, until); // first, as close() may end it at once
    pausing.add(pause);
    parts.alarm().at(until, () -> goOn(pause));
    // In this order: either this thread sees the change, or who makes it sees the pause.
    if (closed || !endpoint.isUp()) {
      endPause(pause);
    }
  }

  private void goOn(Pause<C> pause) {
    Endpoint.Try permission = isNeeded() && !closed ? endpoint.tryOpen() : null;
    if (permission == null) {
      endPause(pause);
      dispatch.supply();
    } else if (pausing.remove(pause)) {
      begin(pause.slot, permission, pause.nextNumber);
    }
  }

  private void endPause(Pause<C> pause) {
    if (pausing.remove(pause)) {
      end(pause.slot, pause.slot.generation());
    }
  }

  /** Whether somebody waits, or the pool would have fewer than {@code min} without this place. */
  private boolean isNeeded() {
    return dispatch.waiting() > 0 || table.occupied() <= table.floor();
  }

  private void rest(OpenAttempt<C> attempt, long now) {
    Long until = endpoint.gaveUp(attempt.permission(), now);
    if (until != null) {
      parts.alarm().at(until, dispatch::supply);
    }
  }

  /** A try is slow: those who wait for it may need another. */
  void isSlow() {
    table.openSlow();
    dispatch.supply();
  }

  private void ended(OpenAttempt<C> attempt) {
    if (attempt.endWasSlow()) {
      table.openNotSlow();
    }
  }

  private void end(OpenAttempt<C> attempt) {
    ended(attempt);
    end(attempt.slot(), attempt.generation());
  }

  private void end(Slot<C> slot, int generation) {
    underWay.ended(slot);
    if (table.vacate(slot, generation)) {
      parts.budget().putBack();
    }
    table.openEnded();
  }

  /** Whether there is a connection that somebody could wait for. */
  private boolean hasConnection() {
    for (Slot<C> slot : table.slots()) {
      Phase phase = slot.phase();
      if (phase == Phase.IDLE || phase == Phase.LEASED || phase == Phase.CHECKING) {
        return true;
      }
    }
    return false;
  }
}
