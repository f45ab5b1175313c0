package dev.weir.gateway.admin;

import dev.weir.mcp.HttpExchange;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** {@code /metrics}: everything that is counted, in the Prometheus text format 0.0.4. */
public final class MetricsPage implements HttpExchange.Handler {
  private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry;
  private final Runnable look;
  private final Lock oneAtATime = new ReentrantLock();

  /**
   * @param look takes the numbers that have to add up, all at one moment; the meters show these
   *     until it is called again
   */
  public MetricsPage(PrometheusMeterRegistry registry, Runnable look) {
    this.registry = registry;
    this.look = look;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    exchange.respond(
        200,
        Map.of("Content-Type", FORMAT, "Cache-Control", "no-store"),
        scrape().getBytes(StandardCharsets.UTF_8));
  }

  /** Not two at once, or one would show half of what the other has looked at. */
  private String scrape() {
    oneAtATime.lock();
    try {
      look.run();
      return registry.scrape(FORMAT);
    } finally {
      oneAtATime.unlock();
    }
  }
}
