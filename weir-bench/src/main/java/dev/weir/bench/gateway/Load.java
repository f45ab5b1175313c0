package dev.weir.bench.gateway;

import dev.weir.bench.gateway.wire.McpSession;
import dev.weir.bench.report.Figures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A closed loop: each client calls {@code echo} in its session, one call after the other. It ends
 * when every client whose window is over has its last answer, so a contender whose calls take
 * longer than the window has one call for each client.
 *
 * @param nanos of each call that was answered
 * @param elapsed from the first call to the last answer, in nanoseconds
 * @param failures calls that were not answered, or with something else
 */
record Load(double[] nanos, double elapsed, int failures) {
  private record OfOne(long[] nanos, int failures) {}

  static Load run(List<McpSession> sessions, Duration window)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    long end = began + window.toNanos();
    List<OfOne> each =
        Crowd.run(sessions.size(), client -> loop(sessions.get(client), client, end));
    double elapsed = System.nanoTime() - began;
    double[] nanos =
        each.stream()
            .flatMapToLong(one -> LongStream.of(one.nanos))
            .mapToDouble(value -> value)
            .toArray();
    return new Load(nanos, elapsed, each.stream().mapToInt(OfOne::failures).sum());
  }

  private static OfOne loop(McpSession session, int client, long end) {
    LongStream.Builder nanos = LongStream.builder();
    int failures = 0;
    int call = 0;
    long before = System.nanoTime();
    do {
      String message = "client " + client + " call " + call++;
      try {
        String answer = session.call("echo", "{\"message\":\"" + message + "\"}");
        long now = System.nanoTime();
        if (answer.contains("Echo: " + message + "\"")) {
          nanos.add(now - before);
        } else {
          failures++;
        }
      } catch (IOException e) {
        failures++;
      }
      before = System.nanoTime();
    } while (before < end);
    return new OfOne(nanos.build().toArray(), failures);
  }

  double p50() {
    return Figures.quantile(nanos, 0.5);
  }

  /** Not a number when too few calls were answered. */
  double p99() {
    return Measurements.p99(nanos);
  }

  double perSecond() {
    return nanos.length / (elapsed / 1e9);
  }
}
