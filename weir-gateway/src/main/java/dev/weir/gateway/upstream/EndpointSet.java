package dev.weir.gateway.upstream;

import dev.weir.mcp.Era;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one upstream, as one connector: each conversation finds one of them, see {@link
 * EndpointConversation}.
 *
 * <p><b>Who is asked, in which order.</b> First those that are healthy, or due for a probe that
 * nobody else makes, as the {@link Balancer} says; when there is none left, the ejected ones in the
 * same way. So ejection orders, and never refuses: while all are ejected, all are tried.
 *
 * <p><b>Who is ejected.</b> What cannot be reached, whatever becomes of the others: nothing could
 * be served there. What answers badly or not at all, only while no more than half would be out: it
 * may have too much to do, and its share would fall on those that are left. The only endpoint,
 * never.
 *
 * <p><b>Threads.</b> A call takes no lock. A choice is made of numbers read without one, and holds
 * if the chosen endpoint has been given no session since: who loses chooses again, and each loss
 * means that another has found its place. A lock is held to eject, so that two that fail at the
 * same moment do not both pass as half.
 */
public final class EndpointSet implements UpstreamConnector {
  private static final System.Logger LOG = System.getLogger(EndpointSet.class.getName());

  private final String upstream;
  private final List<Endpoint> endpoints;
  private final Balancer balancer;
  private final LongSupplier nanoTime;
  private final MeterRegistry meters;
  private final AtomicLong turns = new AtomicLong();
  private final AtomicLong conversations = new AtomicLong();
  private final Lock ejecting = new ReentrantLock();

  /**
   * An endpoint that was chosen: a session is counted there; a probe is null where it is healthy.
   */
  record Choice(Endpoint endpoint, OutlierEjection.@Nullable Probe probe) {}

  /**
   * @param upstream the upstream's name
   * @param endpoints one or more
   */
  public EndpointSet(
      String upstream,
      List<Endpoint> endpoints,
      Balancer balancer,
      LongSupplier nanoTime,
      MeterRegistry meters) {
    this.upstream = upstream;
    this.endpoints = List.copyOf(endpoints);
    this.balancer = balancer;
    this.nanoTime = nanoTime;
    this.meters = meters;
    for (Health health : Health.values()) {
      Gauge.builder("weir.upstream.endpoints", () -> count(health))
          .description("Endpoints of an upstream by whether they are given new sessions")
          .tag("upstream", upstream)
          .tag("state", health.word())
          .register(meters);
    }
    this.endpoints.forEach(this::measure);
  }

  private void measure(Endpoint endpoint) {
    Gauge.builder("weir.upstream.endpoint.sessions", endpoint, Endpoint::sessions)
        .description("Upstream sessions that live at an endpoint")
        .tag("upstream", upstream)
        .tag("endpoint", endpoint.place())
        .register(meters);
    Gauge.builder("weir.upstream.endpoint.calls", endpoint, Endpoint::calls)
        .description("Requests under way at an endpoint")
        .tag("upstream", upstream)
        .tag("endpoint", endpoint.place())
        .register(meters);
    ejections(endpoint);
  }

  private Counter ejections(Endpoint endpoint) {
    return Counter.builder("weir.upstream.ejections")
        .description("How often an endpoint was ejected, failed probes included")
        .tag("upstream", upstream)
        .tag("endpoint", endpoint.place())
        .register(meters);
  }

  private long count(Health health) {
    return endpoints.stream().filter(endpoint -> endpoint.health() == health).count();
  }

  String upstream() {
    return upstream;
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener) {
    return new EndpointConversation(
        this, UpstreamConnector::open, true, listener, conversations.incrementAndGet());
  }

  @Override
  public UpstreamTransport openModern(UpstreamListener listener) {
    return new EndpointConversation(
        this, UpstreamConnector::openModern, false, listener, conversations.incrementAndGet());
  }

  /** They are places of one server, so the first one that says it speaks for all. */
  @Override
  public Era era() throws UpstreamException, InterruptedException {
    UpstreamException why = null;
    for (boolean healthy : List.of(true, false)) {
      for (Endpoint endpoint : endpoints) {
        if (endpoint.ejection().isHealthy() == healthy) {
          try {
            return endpoint.connector().era();
          } catch (UpstreamException e) {
            why = e;
          }
        }
      }
    }
    throw Objects.requireNonNull(why, "no endpoints");
  }

  /** Chooses for a session that has tried some without success; null when it has tried all. */
  @Nullable Choice choose(Set<Endpoint> tried) {
    while (true) {
      List<Endpoint> left = endpoints.stream().filter(e -> !tried.contains(e)).toList();
      List<Endpoint> good =
          left.stream().filter(e -> e.ejection().isHealthy() || e.ejection().isDue()).toList();
      if (left.isEmpty()) {
        return null;
      }
      List<Endpoint> eligible = good.isEmpty() ? left : good;
      List<Balancer.Candidate> candidates = eligible.stream().map(Endpoint::candidate).toList();
      int index = balancer.pick(candidates);
      Choice choice = take(eligible.get(index), candidates.get(index), !good.isEmpty());
      if (choice != null) {
        return choice;
      }
    }
  }

  /** Null when somebody was faster. */
  private @Nullable Choice take(Endpoint chosen, Balancer.Candidate seen, boolean mustBeGood) {
    if (!chosen.tryTake(seen, turns.incrementAndGet())) {
      return null;
    }
    OutlierEjection.Probe probe = chosen.ejection().tryProbe();
    if (mustBeGood && probe == null && !chosen.ejection().isHealthy()) {
      chosen.sessionEnds();
      return null;
    }
    return new Choice(chosen, probe);
  }

  /** Something speaks against an endpoint; see {@link OutlierEjection#failed}. */
  void failed(
      Endpoint endpoint,
      Verdict verdict,
      boolean opening,
      long conversation,
      UpstreamException cause) {
    endpoint.remember(cause);
    if (endpoint.ejection().failed(verdict, opening, conversation)) {
      eject(endpoint, verdict, cause);
    }
  }

  private void eject(Endpoint endpoint, Verdict verdict, UpstreamException cause) {
    ejecting.lock();
    try {
      if (mayBeEjected(verdict) && endpoint.ejection().eject()) {
        ejected(endpoint, cause);
      }
    } finally {
      ejecting.unlock();
    }
  }

  private boolean mayBeEjected(Verdict verdict) {
    long out = endpoints.size() - count(Health.HEALTHY);
    boolean half = 2 * (out + 1) <= endpoints.size();
    return endpoints.size() > 1 && (verdict == Verdict.UNREACHABLE || half);
  }

  /** The session that probed found the endpoint as bad as it was. */
  void probeFailed(Endpoint endpoint, OutlierEjection.Probe probe, UpstreamException cause) {
    endpoint.remember(cause);
    if (probe.failed()) {
      ejected(endpoint, cause);
    }
  }

  private void ejected(Endpoint endpoint, UpstreamException cause) {
    ejections(endpoint).increment();
    LOG.log(
        System.Logger.Level.WARNING,
        "upstream \"%s\": endpoint %s gets no new sessions: %s"
            .formatted(upstream, endpoint, cause.getMessage()));
  }

  /** A session has begun. */
  void opened(Endpoint endpoint) {
    boolean wasOut = !endpoint.ejection().isHealthy();
    endpoint.ejection().answered(true);
    if (wasOut) {
      LOG.log(
          System.Logger.Level.INFO,
          "upstream \"%s\": endpoint %s gets new sessions again"
              .formatted(upstream, endpoint.place()));
    }
  }

  /** Whether it is ejected, and others are not: its sessions had better begin anew there. */
  boolean isLost(Endpoint endpoint) {
    return !endpoint.ejection().isHealthy() && count(Health.HEALTHY) > 0;
  }

  /** Closes all at once: each may take a moment to say goodbye. */
  @Override
  public void close() {
    List<Thread> closers =
        endpoints.stream()
            .map(endpoint -> Thread.startVirtualThread(endpoint.connector()::close))
            .toList();
    for (Thread closer : closers) {
      try {
        closer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
