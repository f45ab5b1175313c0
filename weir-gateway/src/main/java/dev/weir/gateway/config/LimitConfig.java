package dev.weir.gateway.config;

import dev.weir.pool.Option;

/** What the gateway bears at most. */
public record LimitConfig(
    @Option(byDefault = "4MiB", about = "the largest request body that a client may send")
        ByteSize requestBody,
    @Option(byDefault = "64MiB", about = "the largest message that an upstream may send")
        ByteSize message,
    @Option(
            byDefault = "10000",
            live = true,
            about = "client connections at most, open streams included")
        int connections,
    @Option(
            byDefault = "0",
            live = true,
            about =
                "requests a second that one identity may begin on one route; 0: any number. Callers whom nobody has verified are one identity")
        int callsPerSecond,
    @Option(
            byDefault = "50",
            live = true,
            about = "of calls-per-second, how many may come at one moment after a pause")
        int callsBurst,
    @Option(
            byDefault = "0",
            live = true,
            about = "requests of one identity on one route that may be in flight; 0: any number")
        int callsAtOnce,
    @Option(
            byDefault = "10%",
            live = true,
            about =
                "of the file descriptors, processes, heap and memory (1GiB at most) that the gateway may have, so much stays free: new sessions are refused before; 0%: they never are")
        Percent headroom) {
  private static final ByteSize SMALLEST = new ByteSize(1024);
  // A message is held in one array.
  private static final ByteSize LARGEST = new ByteSize(1L << 30);
  // More a second than this machine could pass on; a bound for the arithmetic.
  private static final int MOST_CALLS = 1_000_000;
  private static final Percent MOST_HEADROOM = new Percent(50);

  public LimitConfig {
    Checks.atLeast("request-body", requestBody, SMALLEST);
    Checks.atMost("request-body", requestBody, LARGEST);
    Checks.atLeast("message", message, SMALLEST);
    Checks.atMost("message", message, LARGEST);
    Checks.atLeast("connections", connections, 1);
    Checks.atLeast("calls-per-second", callsPerSecond, 0);
    Checks.atMost("calls-per-second", callsPerSecond, MOST_CALLS);
    Checks.atLeast("calls-burst", callsBurst, 1);
    Checks.atMost("calls-burst", callsBurst, MOST_CALLS);
    Checks.atLeast("calls-at-once", callsAtOnce, 0);
    Checks.atMost("headroom", headroom, MOST_HEADROOM);
  }
}
