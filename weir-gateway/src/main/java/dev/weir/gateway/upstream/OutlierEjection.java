package dev.weir.gateway.upstream;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether one endpoint is given new sessions, from what became of the messages sent to it.
 *
 * <p><b>States.</b> Healthy, with what failed in a row → ejected until some time → probing, while
 * one session tries → healthy, or ejected for longer. An ejected endpoint whose time is over stays
 * ejected until somebody probes. A session that opened although nobody was to (because all
 * endpoints are ejected) makes it healthy just so.
 *
 * <p><b>What is a row.</b> Openings count until an opening succeeds: a server that turns new
 * sessions away is no good for them, however well it serves those it has. Calls, and connections
 * that could not be opened, count until anything is answered. Of one conversation one failed call
 * counts, or a single client with a slow tool behind an impatient proxy could have the endpoint
 * ejected for everybody; a connection that could not be opened is no client's doing and counts each
 * time.
 *
 * <p><b>How long.</b> Each ejection lasts twice as long as the one before, up to a bound, and up to
 * a fifth less by chance, so that several gateways do not come back at once. A time of health as
 * long as the bound lets it begin anew.
 *
 * <p><b>Threads.</b> The state is an immutable value, replaced by compare-and-set; who loses looks
 * again at what is there now, and each loss means that another got on. An answer in good times
 * reads and writes nothing. A probe replaces only the very {@link Probing} value that it began, so
 * one that ends late moves nothing that came after it.
 */
public final class OutlierEjection {
  private static final double MOST_TAKEN_OFF = 0.2;

  private final Rules rules;
  private final LongSupplier nanoTime;
  private final DoubleSupplier chance;
  private final AtomicReference<State> state;

  /**
   * When and for how long.
   *
   * @param failures in a row that eject
   * @param time how long the first ejection lasts
   * @param longest what doubling leads to at most; also the time of health after which an ejection
   *     is forgotten
   */
  public record Rules(int failures, Duration time, Duration longest) {}

  private sealed interface State {}

  /**
   * @param times ejections that are not forgotten
   * @param since when it became so
   */
  private record Healthy(
      int openings, int unreachable, Set<Long> calls, int times, long since, int enough)
      implements State {

    int failures() {
      return openings + unreachable + calls.size();
    }

    boolean isEnough() {
      return failures() >= enough;
    }

    Healthy after(boolean opening) {
      return new Healthy(opening ? 0 : openings, 0, Set.of(), times, since, enough);
    }

    Healthy with(Verdict verdict, boolean opening, long conversation) {
      if (isEnough()) {
        return this;
      }
      if (verdict == Verdict.UNREACHABLE) {
        return new Healthy(openings, unreachable + 1, calls, times, since, enough);
      }
      if (opening) {
        return new Healthy(openings + 1, unreachable, calls, times, since, enough);
      }
      Set<Long> more = new HashSet<>(calls);
      more.add(conversation);
      return new Healthy(openings, unreachable, Set.copyOf(more), times, since, enough);
    }
  }

  private record Ejected(int times, long until) implements State {}

  /** Compared by identity. */
  private record Probing(int times) implements State {}

  /**
   * @param chance 0 to below 1, another one each time; safe for concurrent use
   */
  public OutlierEjection(Rules rules, LongSupplier nanoTime, DoubleSupplier chance) {
    this.rules = rules;
    this.nanoTime = nanoTime;
    this.chance = chance;
    this.state = new AtomicReference<>(healthy(0));
  }

  private Healthy healthy(int times) {
    return new Healthy(0, 0, Set.of(), times, nanoTime.getAsLong(), rules.failures());
  }

  /** Something was answered; {@code opening} when a session began by it. */
  void answered(boolean opening) {
    while (true) {
      State seen = state.get();
      State next =
          switch (seen) {
            case Healthy healthy when healthy.failures() == 0 -> healthy;
            case Healthy healthy -> healthy.after(opening);
            case Ejected ejected -> opening ? healthy(ejected.times()) : ejected;
            case Probing probing -> opening ? healthy(probing.times()) : probing;
          };
      if (next == seen || state.compareAndSet(seen, next)) {
        return;
      }
    }
  }

  /**
   * Something failed.
   *
   * @param verdict a bad one
   * @param opening whether a session was to begin by it
   * @param conversation which, as a number of its own
   * @return whether it is time to {@link #eject}
   */
  boolean failed(Verdict verdict, boolean opening, long conversation) {
    while (state.get() instanceof Healthy healthy) {
      Healthy next = healthy.with(verdict, opening, conversation);
      if (next == healthy || state.compareAndSet(healthy, next)) {
        return next.isEnough();
      }
    }
    return false;
  }

  /** Healthy with enough failures → ejected. True for the one caller whose doing it was. */
  boolean eject() {
    while (state.get() instanceof Healthy healthy && healthy.isEnough()) {
      boolean forgotten = nanoTime.getAsLong() - healthy.since() >= rules.longest().toNanos();
      if (state.compareAndSet(healthy, ejected(forgotten ? 1 : healthy.times() + 1))) {
        return true;
      }
    }
    return false;
  }

  private Ejected ejected(int times) {
    long span = rules.time().toNanos();
    long longest = rules.longest().toNanos();
    for (int doubled = 1; doubled < times && span < longest; doubled++) {
      span *= 2;
    }
    span = Math.min(span, longest);
    span -= (long) (span * MOST_TAKEN_OFF * chance.getAsDouble());
    return new Ejected(times, nanoTime.getAsLong() + span);
  }

  boolean isHealthy() {
    return state.get() instanceof Healthy;
  }

  /** Whether it is ejected, its time is over, and nobody probes. */
  boolean isDue() {
    return state.get() instanceof Ejected ejected && nanosLeft(ejected) <= 0;
  }

  private long nanosLeft(Ejected ejected) {
    return ejected.until() - nanoTime.getAsLong();
  }

  /** Ejected and due → probing. Null for everybody but one. */
  @Nullable Probe tryProbe() {
    if (state.get() instanceof Ejected ejected && nanosLeft(ejected) <= 0) {
      var probing = new Probing(ejected.times());
      return state.compareAndSet(ejected, probing) ? new Probe(probing) : null;
    }
    return null;
  }

  /**
   * The right to find out whether it is well again; it is when a session {@link #answered opens}.
   */
  final class Probe {
    private final Probing probing;

    Probe(Probing probing) {
      this.probing = probing;
    }

    /** Probing → ejected, for longer. False when that has been decided by others. */
    boolean failed() {
      return state.compareAndSet(probing, ejected(probing.times() + 1));
    }

    /** Probing → ejected and due, if nothing was found out. */
    void giveUp() {
      state.compareAndSet(probing, new Ejected(probing.times(), nanoTime.getAsLong()));
    }
  }

  /** What is in a row now. */
  int failures() {
    return state.get() instanceof Healthy healthy ? healthy.failures() : 0;
  }

  /** One of three words. */
  Health health() {
    return switch (state.get()) {
      case Healthy healthy -> Health.HEALTHY;
      case Ejected ejected -> Health.EJECTED;
      case Probing probing -> Health.PROBING;
    };
  }

  /** How long it stays ejected; null when it is not, zero when it waits for a probe. */
  @Nullable Duration timeLeft() {
    return state.get() instanceof Ejected ejected
        ? Duration.ofNanos(Math.max(0, nanosLeft(ejected)))
        : null;
  }

  @Override
  public String toString() {
    return switch (state.get()) {
      case Healthy healthy when healthy.failures() == 0 -> "healthy";
      case Healthy healthy -> "healthy, " + healthy.failures() + " failed in a row";
      case Ejected ejected when nanosLeft(ejected) <= 0 -> "ejected, to be probed";
      case Ejected ejected ->
          "ejected for " + Duration.ofNanos(nanosLeft(ejected)).toSeconds() + " s more";
      case Probing probing -> "ejected, being probed";
    };
  }
}
