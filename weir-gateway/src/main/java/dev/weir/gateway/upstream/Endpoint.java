package dev.weir.gateway.upstream;

import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One of the places where an upstream can be reached: its wire, who lives there, and how it fares.
 * Compared by identity. Thread-safe: counts are atomic, each for itself.
 */
public final class Endpoint {
  private final String place;
  private final UpstreamConnector connector;
  private final OutlierEjection ejection;
  private final Clock clock;
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong turn = new AtomicLong();
  private volatile UpstreamStats.@Nullable Failure lastFailure;

  /**
   * @param place host and port, for people and labels; no other endpoint of the upstream has it
   */
  public Endpoint(
      String place, UpstreamConnector connector, OutlierEjection ejection, Clock clock) {
    this.place = place;
    this.connector = connector;
    this.ejection = ejection;
    this.clock = clock;
  }

  /** Host and port. */
  public String place() {
    return place;
  }

  public Health health() {
    return ejection.health();
  }

  /** How long it stays ejected; null when it is not, zero when it waits for a probe. */
  public @Nullable Duration ejectedFor() {
    return ejection.timeLeft();
  }

  /** What speaks against it, in a row. */
  public int failures() {
    return ejection.failures();
  }

  /** Sessions that live here, those included that are beginning. */
  public int sessions() {
    return sessions.get();
  }

  /** Requests under way. */
  public int calls() {
    return calls.get();
  }

  public UpstreamStats.@Nullable Failure lastFailure() {
    return lastFailure;
  }

  UpstreamConnector connector() {
    return connector;
  }

  OutlierEjection ejection() {
    return ejection;
  }

  Balancer.Candidate candidate() {
    return new Balancer.Candidate(turn.get(), sessions.get() + calls.get());
  }

  /**
   * Counts one more session, unless another one has come since {@code seen}: then the choice was
   * made of numbers that no longer hold. It counts before the turn is taken, so that whoever sees
   * the new turn sees the session too.
   */
  boolean tryTake(Balancer.Candidate seen, long newTurn) {
    sessions.incrementAndGet();
    if (turn.compareAndSet(seen.turn(), newTurn)) {
      return true;
    }
    sessions.decrementAndGet();
    return false;
  }

  void sessionEnds() {
    sessions.decrementAndGet();
  }

  void callBegins() {
    calls.incrementAndGet();
  }

  void callEnds() {
    calls.decrementAndGet();
  }

  void remember(UpstreamException failure) {
    lastFailure = new UpstreamStats.Failure(clock.instant(), String.valueOf(failure.getMessage()));
  }

  /** Until when it stays ejected; null when it is not. */
  public @Nullable Instant ejectedUntil() {
    Duration left = ejectedFor();
    return left == null ? null : clock.instant().plus(left);
  }

  /** Where and how it is, in a few words. */
  @Override
  public String toString() {
    return place + " (" + ejection + ")";
  }
}
