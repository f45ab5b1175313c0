package dev.weir.bench.workloads;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one round of one cell has shown. Times in nanoseconds; not a number where nothing was
 * measured.
 *
 * @param perSecond calls that ended in the window, for each second of it
 * @param p50 the whole call: acquire, request, answer, release
 * @param p95 likewise
 * @param p99 likewise
 * @param acquireMean until a client had a connection
 * @param acquireP99 likewise
 * @param releaseP99 until a client had given the connection back
 * @param utilisation the share of the window for which a connection was in a client's hands, over
 *     all connections
 * @param utilisationLow the share of connections in clients' hands that 99 % of the samples, one a
 *     millisecond, reach or exceed
 * @param cpuPerCall processor time of this whole process for each call of the window
 * @param evenness calls in the window of the client that got the fewest, divided by those of the
 *     one that got the most; 0 when one got none
 * @param calls all answered calls, those outside the window included
 * @param failures calls without an answer, likewise
 * @param firstFailure what the first of these said; empty when there was none
 */
record Measured(
    double perSecond,
    double p50,
    double p95,
    double p99,
    double acquireMean,
    double acquireP99,
    double releaseP99,
    double utilisation,
    double utilisationLow,
    double cpuPerCall,
    double evenness,
    long calls,
    long failures,
    String firstFailure) {

  /** For raw data: what JSON has no word for is left out. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "perSecond", perSecond);
    put(map, "p50Nanos", p50);
    put(map, "p95Nanos", p95);
    put(map, "p99Nanos", p99);
    put(map, "acquireMeanNanos", acquireMean);
    put(map, "acquireP99Nanos", acquireP99);
    put(map, "releaseP99Nanos", releaseP99);
    put(map, "utilisation", utilisation);
    put(map, "utilisationLow", utilisationLow);
    put(map, "cpuPerCallNanos", cpuPerCall);
    put(map, "evenness", evenness);
    map.put("calls", calls);
    map.put("failures", failures);
    if (!firstFailure.isEmpty()) {
      map.put("firstFailure", firstFailure);
    }
    return map;
  }

  private static void put(Map<String, Object> map, String name, double value) {
    if (Double.isFinite(value)) {
      map.put(name, value < 10 ? Math.round(value * 1e5) / 1e5 : Math.round(value * 10) / 10.0);
    }
  }
}
