package dev.weir.pool.internal.open;

import org.jspecify.annotations.Nullable;

/**
 * What is known about an endpoint; never changed, but replaced. The essay is in {@link Endpoint}.
 */
public sealed interface EndpointState {
  /** Opens that succeeded so far: a try that began when there were fewer brings old news. */
  long successes();

  /** How often the breaker has opened and closed. */
  int changes();

  /** Failures since the last success; null if there are none. */
  @Nullable Outage outage();

  /**
   * Opening works, or has not failed often enough yet.
   *
   * @param hasGivenUp a series of tries used up its retries, and none begins {@code notBefore}
   */
  record Up(
      long successes, int changes, @Nullable Outage outage, boolean hasGivenUp, long notBefore)
      implements EndpointState {

    static Up sound(long successes, int changes) {
      return new Up(successes, changes, null, false, 0);
    }

    Up failed(Throwable cause, long now) {
      Outage grown = outage == null ? new Outage(cause, now, 1) : outage.oneMore();
      return new Up(successes, changes, grown, hasGivenUp, notBefore);
    }

    Up gaveUp(long notBefore) {
      return new Up(successes, changes, outage, true, notBefore);
    }

    Down broken(Outage outage, long nextProbe) {
      return new Down(successes, changes + 1, outage, 0, nextProbe, false);
    }
  }

  /**
   * The breaker is open until a probe succeeds.
   *
   * @param probes probes that failed
   * @param lapsed the probe was not made when it was due, so what is known is old
   */
  record Down(
      long successes, int changes, Outage outage, int probes, long nextProbe, boolean lapsed)
      implements EndpointState {

    Down failed() {
      return new Down(successes, changes, outage.oneMore(), probes, nextProbe, lapsed);
    }

    Down lapse() {
      return new Down(successes, changes, outage, probes, nextProbe, true);
    }

    Probing probe() {
      return new Probing(successes, changes, outage, probes, lapsed);
    }
  }

  /**
   * The breaker is open, and one try is under way that may close it.
   *
   * @param awaited callers wait for its end, because what was known before is old
   */
  record Probing(long successes, int changes, Outage outage, int probes, boolean awaited)
      implements EndpointState {

    Probing failed() {
      return new Probing(successes, changes, outage.oneMore(), probes, awaited);
    }

    Down probeFailed(long nextProbe) {
      return new Down(successes, changes, outage.oneMore(), probes + 1, nextProbe, false);
    }
  }
}
