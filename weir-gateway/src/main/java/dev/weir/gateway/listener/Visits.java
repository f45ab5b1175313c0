package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Access;
import dev.weir.mcp.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are being served, each with what let it in. Most are over at once; a stream or
 * a WebSocket is one request for hours, in which a token may be taken back.
 *
 * <p>A visit joins {@code open}, then looks whether it may still be there; who takes something back
 * does so, then looks through {@code open}: one of them sees the other. A visit is ended by an
 * interrupt of the thread that serves it, as its connection ends it when its client is stuck.
 */
final class Visits {
  private static final String TAKEN_BACK = "what let this in has been taken back, or has expired";

  private final Set<Visit> open = ConcurrentHashMap.newKeySet();

  /** Serves one visit. */
  @FunctionalInterface
  interface Service {
    void serve() throws IOException, InterruptedException;
  }

  private static final class Visit {
    private final BooleanSupplier mayStay;
    private final Thread thread = Thread.currentThread();
    private boolean over;
    private boolean ended;

    Visit(BooleanSupplier mayStay) {
      this.mayStay = mayStay;
    }

    synchronized void endUnlessItMayStay() {
      if (!over && !mayStay.getAsBoolean()) {
        end();
      }
    }

    synchronized void end() {
      if (!over) {
        ended = true;
        thread.interrupt();
      }
    }

    /** Waits for its time, on a thread of its own. */
    void endAt(Instant until) {
      try {
        Thread.sleep(Duration.between(Instant.now(), until));
        end();
      } catch (InterruptedException e) {
        // It has ended before.
      }
    }

    /** No interrupt comes after this. True if one has come, which is nobody else's. */
    synchronized boolean isEnded() {
      over = true;
      if (ended) {
        boolean unused = Thread.interrupted();
      }
      return ended;
    }
  }

  /**
   * Serves a request on the caller's thread.
   *
   * @param until when it ends at the latest; null for never
   * @param mayStay whether what let it in still holds; asked on any thread
   */
  void serve(
      HttpExchange exchange, @Nullable Instant until, BooleanSupplier mayStay, Service service)
      throws IOException, InterruptedException {
    var visit = new Visit(mayStay);
    Thread clock =
        until == null ? null : Thread.ofVirtual().name("visit-end").start(() -> visit.endAt(until));
    open.add(visit);
    try {
      visit.endUnlessItMayStay();
      service.serve();
    } catch (IOException | InterruptedException e) {
      if (!visit.isEnded()) {
        throw e;
      }
      if (!exchange.isAnswered()) {
        Refusal.of(401, "unauthenticated", TAKEN_BACK)
            .with("WWW-Authenticate", Access.invalid(TAKEN_BACK))
            .answer(exchange, null, Map.of());
      }
    } finally {
      open.remove(visit);
      boolean unused = visit.isEnded();
      if (clock != null) {
        clock.interrupt();
      }
    }
  }

  /** Ends those that may not stay. */
  void review() {
    open.forEach(Visit::endUnlessItMayStay);
  }
}
