package dev.weir.gateway.admin;

import dev.weir.mcp.HttpExchange;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

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
  private String scrape() throws InterruptedIOException {
    oneAtATime.lock();
    try {
      look.run();
      return onPlatformThread(() -> registry.scrape(FORMAT));
    } finally {
      oneAtATime.unlock();
    }
  }

  /**
   * A {@link java.io.BufferedWriter} made on a virtual thread grows its buffer by what each write
   * needs and no more: megabytes of garbage for a page of kilobytes.
   */
  private static String onPlatformThread(Supplier<String> text) throws InterruptedIOException {
    var task = new FutureTask<>(text::get);
    Thread.ofPlatform().daemon().name("weir-metrics").start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the metrics were written");
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot write the metrics", e.getCause());
    }
  }
}
