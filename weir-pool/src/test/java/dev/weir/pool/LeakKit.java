package dev.weir.pool;

import static java.time.Duration.ofSeconds;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A pool whose leases are watched, and what its listener was told. */
final class LeakKit {
  final PoolKit kit = new PoolKit();
  final FakeFactory factory = FakeFactory.opensAtOnce();
  final ConcurrentLinkedQueue<PoolEvent> events = new ConcurrentLinkedQueue<>();

  /** Two connections at most, and 30 s for a lease. */
  PoolBuilder<FakeConnection> watched() {
    return kit.pool(factory).max(2).leakThreshold(ofSeconds(30)).listener(events::add);
  }

  <E extends PoolEvent> List<E> told(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  void awaitTold(Class<? extends PoolEvent> type, int n) {
    await().until(() -> told(type).size() == n);
  }
}
