package dev.weir.pool.internal.open;

import dev.weir.pool.internal.open.EndpointState.Down;
import dev.weir.pool.internal.open.EndpointState.Probing;
import dev.weir.pool.internal.open.EndpointState.Up;
import dev.weir.pool.internal.time.Backoff;
import dev.weir.pool.internal.time.Deadline;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the pool believes about the other side, from how opening goes: the circuit breaker of the
 * endpoint. It knows no clock, no thread and no slot: it is told what happened and when, and says
 * what follows.
 *
 * <p><b>States:</b> {@link Up} → {@link Down} when {@code threshold} tries in a row have failed, at
 * whichever places → {@link Probing} when the pause is over and somebody wants a connection → Up
 * when that one try succeeds, Down with a longer pause when it does not. Any success leads to Up,
 * also that of a try which began before the breaker opened: a connection was made, there is no
 * better news. A try that was given up brings no news at all; its late result is closed unseen.
 *
 * <p><b>Old news.</b> A failure counts only if its try began after the last success. So tries that
 * hung through an outage and time out after its end do not open the breaker again.
 *
 * <p><b>Who is refused.</b> While Down or Probing, whoever would have to wait though no connection
 * is left to wait for; he gets the first cause of the outage. That is fair as long as what is known
 * is fresh, because probes go on. A probe that is not made when it is due, since nobody wants it,
 * lapses: the next caller has it made and, with those who come meanwhile, waits for its end, rather
 * than hearing of an outage that may be long over.
 *
 * <p><b>Who writes.</b> Whoever opens, the alarm, and callers that are refused. The state is one
 * immutable object, replaced by compare-and-set; who replaced it is told which change it made and
 * announces it afterwards, holding nothing. Changes are numbered, so that they can be told in the
 * order in which they happened.
 *
 * <p><b>Suspicion</b> is no state of the breaker, since the endpoint may well accept connections
 * while all old ones are dead, as after a failover. The first connection that fails casts doubt on
 * all idle ones, which are then checked before use. Two rules keep that to one check a connection:
 * a connection that was last known sound before the suspicion tells the same story again, and
 * raises none; and none is raised within a period of the last, unless an outage has ended between.
 * So a caller whose every other lease ends in an error costs the pool one round of checks a period.
 *
 * <p>{@code EndpointModelTest} compares random histories with a model.
 */
public final class Endpoint {
  private final int threshold;
  private final Backoff backoff;
  private final Suspicion suspicion;
  private final AtomicReference<EndpointState> state = new AtomicReference<>(Up.sound(0, 0));
  private volatile @Nullable Long lastAsked;

  /** Permission to open. */
  record Try(long successes, boolean isProbe) {}

  /** Up → down, probing → down, either → up. */
  enum Kind {
    OPENED,
    PROBE_FAILED,
    CLOSED
  }

  /**
   * What a result changed.
   *
   * @param number of the opening or closing: the first opening is 1, its closing 2
   * @param nextProbe when it is due, unless closed
   */
  record Change(Kind kind, int number, Outage outage, long nextProbe) {}

  /**
   * @param threshold failed tries in a row that open the breaker
   * @param suspicionPeriod in nanoseconds, the shortest between two suspicions
   */
  Endpoint(int threshold, Backoff backoff, long suspicionPeriod) {
    this.threshold = threshold;
    this.backoff = backoff;
    suspicion = new Suspicion(suspicionPeriod);
  }

  /** A snapshot. */
  public EndpointState state() {
    return state.get();
  }

  /** Whether the breaker is closed. */
  public boolean isUp() {
    return state.get() instanceof Up;
  }

  /** Whether nothing has failed since the last success. */
  public boolean isSound() {
    return state.get().outage() == null;
  }

  /** Whether opening was given up for now: the breaker is open, or a series used up its retries. */
  public boolean hasGivenUp() {
    EndpointState seen = state.get();
    return !(seen instanceof Up up) || up.hasGivenUp();
  }

  /** Whether callers must not wait for anything to be opened. */
  boolean refuses() {
    EndpointState seen = state.get();
    return seen instanceof Down down
        ? !down.lapsed()
        : seen instanceof Probing probing && !probing.awaited();
  }

  /**
   * Whether a series of tries may be begun: the endpoint is up, and no series was just given up.
   */
  boolean mayBegin(long now) {
    return state.get() instanceof Up up && !isPausing(up, now);
  }

  /** Permission for a try as usual; null: the endpoint is down. */
  @Nullable Try tryOpen() {
    return state.get() instanceof Up up ? new Try(up.successes(), false) : null;
  }

  /** Whether the pause before the next probe is over. */
  boolean isProbeDue(long now) {
    return state.get() instanceof Down down && Deadline.passed(down.nextProbe(), now);
  }

  /** Down → probing. Null: it is not the time, or another was faster. */
  @Nullable Try tryProbe(long now) {
    EndpointState seen = state.get();
    boolean mine =
        seen instanceof Down down
            && Deadline.passed(down.nextProbe(), now)
            && state.compareAndSet(seen, down.probe());
    return mine ? new Try(seen.successes(), true) : null;
  }

  /** A due probe is not made, since nobody wants it or there is no place for it. */
  void lapse(long now) {
    EndpointState seen = state.get();
    if (seen instanceof Down down && Deadline.passed(down.nextProbe(), now)) {
      // Who changed the state meanwhile wants it.
      state.compareAndSet(seen, down.lapse());
    }
  }

  /** A caller was refused, or waited when a probe was due. */
  void asked(long now) {
    lastAsked = now;
  }

  /** Whether that was, or the breaker opened, less than {@code span} ago. */
  boolean wasAsked(long now, long span) {
    Long seen = lastAsked;
    return seen != null && now - seen < span;
  }

  /** A try succeeded in time. Null: no change but that earlier failures are forgotten. */
  @Nullable Change succeeded() {
    while (true) {
      EndpointState seen = state.get();
      boolean closes = !(seen instanceof Up);
      int changes = seen.changes() + (closes ? 1 : 0);
      if (state.compareAndSet(seen, Up.sound(seen.successes() + 1, changes))) {
        Outage outage = seen.outage();
        if (!closes || outage == null) {
          return null;
        }
        suspicion.over();
        return new Change(Kind.CLOSED, changes, outage, 0);
      }
    }
  }

  /** A try failed or took too long. Null: no change but that it is counted. */
  @Nullable Change failed(Try made, long now, Throwable cause) {
    while (true) {
      EndpointState seen = state.get();
      if (seen.successes() != made.successes) {
        return null;
      }
      EndpointState next = next(seen, made, now, cause);
      if (state.compareAndSet(seen, next)) {
        return next instanceof Down down ? change(seen, down, now) : null;
      }
    }
  }

  private EndpointState next(EndpointState seen, Try made, long now, Throwable cause) {
    if (seen instanceof Down down) {
      return down.failed();
    } else if (seen instanceof Probing probing) {
      return made.isProbe
          ? probing.probeFailed(now + backoff.pause(threshold + probing.probes() + 1))
          : probing.failed();
    }
    Up failed = ((Up) seen).failed(cause, now);
    Outage outage = failed.outage();
    return outage == null || outage.tries() < threshold
        ? failed
        : failed.broken(outage, now + backoff.pause(threshold));
  }

  private @Nullable Change change(EndpointState before, Down down, long now) {
    if (before instanceof Down) {
      return null;
    }
    boolean opened = before instanceof Up;
    if (opened) {
      // Somebody wanted the connection that could not be opened.
      lastAsked = now;
    }
    Kind kind = opened ? Kind.OPENED : Kind.PROBE_FAILED;
    return new Change(kind, down.changes(), down.outage(), down.nextProbe());
  }

  /**
   * The retries of one place are used up, and yet the breaker is closed: no series is begun before
   * the moment returned. Null: somebody else has seen to that, or the failures are old news.
   */
  @Nullable Long gaveUp(Try made, long now) {
    while (true) {
      EndpointState seen = state.get();
      if (!(seen instanceof Up up) || up.successes() != made.successes || isPausing(up, now)) {
        return null;
      }
      Outage outage = up.outage();
      long until = now + backoff.pause(outage == null ? 1 : outage.tries());
      if (state.compareAndSet(seen, up.gaveUp(until))) {
        return until;
      }
    }
  }

  /** For how many nanoseconds no try is begun. */
  public long restsFor(long now) {
    EndpointState seen = state.get();
    long until = now;
    if (seen instanceof Up up && up.hasGivenUp()) {
      until = up.notBefore();
    } else if (seen instanceof Down down) {
      until = down.nextProbe();
    }
    return Math.max(0, until - now);
  }

  private static boolean isPausing(Up up, long now) {
    return up.hasGivenUp() && !Deadline.passed(up.notBefore(), now);
  }

  /**
   * A connection failed in use or in a check. True: all idle connections are in doubt and have to
   * be checked before use. Once for a whole failover; the rules are above.
   *
   * @param soundAt when the connection was last known to work: opened, checked or given back
   */
  public boolean suspect(long soundAt, long now) {
    return suspicion.raise(soundAt, now);
  }
}
