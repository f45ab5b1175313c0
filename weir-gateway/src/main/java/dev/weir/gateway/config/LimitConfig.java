package dev.weir.gateway.config;

import dev.weir.pool.Option;

/** What the gateway bears at most. */
public record LimitConfig(
    @Option(byDefault = "4MiB", about = "the largest request body that a client may send")
        ByteSize requestBody,
    @Option(byDefault = "64MiB", about = "the largest message that an upstream may send")
        ByteSize message,
    @Option(byDefault = "10000", about = "client connections at most, open streams included")
        int connections) {
  private static final ByteSize SMALLEST = new ByteSize(1024);
  // A message is held in one array.
  private static final ByteSize LARGEST = new ByteSize(1L << 30);

  public LimitConfig {
    Checks.atLeast("request-body", requestBody, SMALLEST);
    Checks.atMost("request-body", requestBody, LARGEST);
    Checks.atLeast("message", message, SMALLEST);
    Checks.atMost("message", message, LARGEST);
    Checks.atLeast("connections", connections, 1);
  }
}
