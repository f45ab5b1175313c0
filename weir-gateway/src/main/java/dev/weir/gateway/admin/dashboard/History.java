package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.upstream.Upstream;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Remembers what each upstream did in the last hour.
 *
 * <p><b>No call comes by here.</b> Calls count in the meters anyway; one virtual thread, from
 * {@link #start} to {@link #close}, reads these and the pools once a step, and keeps what has come
 * since it looked last. So there is one writer and nothing to be raced for, whatever the calls do:
 * a request that ends while it reads is in this step or in the next, and never in both, since what
 * it keeps is the difference of two readings. {@code CallCountsTest} has many count while one
 * reads.
 *
 * <p>Thread-safe: the map is concurrent, and each {@link UpstreamHistory} has its own lock. What it
 * keeps is bounded by the number of upstreams: one that is closed is forgotten with the next step.
 */
final class History implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(History.class.getName());
  private static final UpstreamHistory NONE = new UpstreamHistory();

  private final Supplier<List<? extends UpstreamControls>> upstreams;
  private final Clock clock;
  private final Map<Upstream, UpstreamHistory> histories = new ConcurrentHashMap<>();
  private final Thread thread = Thread.ofVirtual().name("dashboard-history").unstarted(this::run);

  History(Supplier<List<? extends UpstreamControls>> upstreams, Clock clock) {
    this.upstreams = upstreams;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        record();
      } catch (RuntimeException e) {
        // One step is missing then; the next may do better.
        LOG.log(System.Logger.Level.WARNING, "the dashboard's history has a gap", e);
      }
      try {
        Thread.sleep(UpstreamHistory.STEP); // the clock of the history
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Takes the step that ends now; for one thread at a time. */
  void record() {
    long now = clock.millis();
    Set<Upstream> seen = new HashSet<>();
    for (UpstreamControls controls : upstreams.get()) {
      Upstream upstream = controls.state().upstream();
      seen.add(upstream);
      histories
          .computeIfAbsent(upstream, _ -> new UpstreamHistory())
          .add(now, controls.connections(), controls.clients().size(), upstream.stats().calls());
    }
    histories.keySet().retainAll(seen);
  }

  /** That of one upstream; empty where nothing was kept yet. */
  UpstreamHistory of(Upstream upstream) {
    return histories.getOrDefault(upstream, NONE);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
