package dev.weir.gateway.watch;

import dev.weir.gateway.watch.Samples.Sample;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What an upstream was asked in some time: how often, how often in vain, and how long the answers
 * took. Handshakes are no calls, but count where they failed.
 *
 * @param calls requests that have ended
 * @param failed requests and handshakes that got no answer
 * @param within how many calls took at most so many seconds; the last bound is infinite
 */
public record Requests(double calls, double failed, NavigableMap<Double, Double> within) {
  private static final String METER = "weir_upstream_requests_seconds_";

  public Requests {
    within = Collections.unmodifiableNavigableMap(new TreeMap<>(within));
  }

  /** Since the gateway started. */
  static Requests of(Samples samples, String upstream) {
    double calls = 0;
    double failed = 0;
    for (Sample sample : samples.of(METER + "count", upstream)) {
      calls += isCall(sample) ? sample.value() : 0;
      failed += sample.isOf("outcome", "failed") ? sample.value() : 0;
    }
    NavigableMap<Double, Double> within = new TreeMap<>();
    for (Sample sample : samples.of(METER + "bucket", upstream)) {
      if (isCall(sample)) {
        double bound = Samples.number(sample.labels().getOrDefault("le", ""));
        within.merge(bound, sample.value(), Double::sum);
      }
    }
    return new Requests(calls, failed, within);
  }

  private static boolean isCall(Sample sample) {
    return !sample.isOf("method", "initialize");
  }

  /** What has come since an earlier look. */
  Requests since(Requests before) {
    NavigableMap<Double, Double> since = new TreeMap<>();
    for (Map.Entry<Double, Double> bound : within.entrySet()) {
      since.put(bound.getKey(), bound.getValue() - before.within.getOrDefault(bound.getKey(), 0.0));
    }
    return new Requests(calls - before.calls, failed - before.failed, since);
  }

  /**
   * So long, in seconds, took this part of the calls at most; estimated within the bucket that it
   * falls into. NaN when there was no call.
   *
   * @param part 0 to 1
   */
  public double quantile(double part) {
    double all = within.isEmpty() ? 0 : within.lastEntry().getValue();
    if (all <= 0) {
      return Double.NaN;
    }
    double rank = part * all;
    double bound = 0;
    double below = 0;
    for (Map.Entry<Double, Double> bucket : within.entrySet()) {
      double upTo = bucket.getValue();
      if (upTo >= rank && upTo > below) {
        return Double.isInfinite(bucket.getKey())
            ? bound
            : bound + (bucket.getKey() - bound) * (rank - below) / (upTo - below);
      }
      bound = bucket.getKey();
      below = upTo;
    }
    return bound;
  }
}
