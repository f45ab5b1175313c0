package dev.weir.gateway.doctor;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.mcp.UpstreamConnector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Shakes hands once with each upstream, at each of its places: a process is started and ended for
 * it. Some at a time, so that a machine with many servers is not flooded.
 */
final class UpstreamChecks {
  private static final int AT_ONCE = 4;

  /** A server that listens already answers within this. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Wiring wiring;
  private final GatewayConfig config;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  UpstreamChecks(Wiring wiring, GatewayConfig config) {
    this.wiring = wiring;
    this.config = config;
  }

  /** Tells of each upstream in order. When interrupted, what was begun is ended first. */
  void findings(Consumer<Finding> found) throws InterruptedException {
    List<Future<List<Finding>>> begun = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        config
            .upstreams()
            .forEach((name, upstream) -> begun.add(threads.submit(() -> check(name, upstream))));
        for (Future<List<Finding>> each : begun) {
          each.get().forEach(found);
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("an upstream could not be looked at", e.getCause());
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private List<Finding> check(String name, UpstreamConfig upstream) throws InterruptedException {
    turns.acquire();
    try (Wires wires = wiring.of(name, upstream, config)) {
      List<Finding> findings = new ArrayList<>();
      for (Map.Entry<String, UpstreamConnector> place : wires.places().entrySet()) {
        findings.add(check(name, upstream, place.getKey(), place.getValue()));
      }
      return findings;
    } finally {
      turns.release();
    }
  }

  private static Finding check(
      String name, UpstreamConfig upstream, String place, UpstreamConnector connector)
      throws InterruptedException {
    String thing = "upstream " + name + (place.isEmpty() ? "" : " at " + place);
    long begun = System.nanoTime();
    try {
      boolean isProcess = upstream instanceof UpstreamConfig.Process;
      Handshake.Outcome outcome = new Handshake(connector, limit(upstream)).shake(!isProcess);
      return Finding.ok(
          thing,
          String.format(
              Locale.ROOT, "%s, after %.2f s", outcome, (System.nanoTime() - begun) / 1e9));
    } catch (Handshake.FailedException e) {
      String message = String.valueOf(e.getMessage());
      String about = "upstream \"" + name + "\": ";
      return Finding.problem(
          thing,
          message.startsWith(about) ? message.substring(about.length()) : message,
          next(upstream));
    }
  }

  private static Duration limit(UpstreamConfig upstream) {
    return switch (upstream) {
      case UpstreamConfig.Process process -> process.startTimeout();
      case UpstreamConfig.Remote remote -> remote.connectTimeout().plus(ANSWER);
      case UpstreamConfig.Socket socket -> socket.connectTimeout().plus(ANSWER);
    };
  }

  private static String next(UpstreamConfig upstream) {
    return switch (upstream) {
      case UpstreamConfig.Process _ ->
          "run its command in a shell as the gateway's user, in its directory, with its"
              + " environment";
      case UpstreamConfig.Remote _ ->
          "see that the server runs there, and that its url and headers are right";
      case UpstreamConfig.Socket _ ->
          "see that the server runs there, and that its address is right";
    };
  }
}
