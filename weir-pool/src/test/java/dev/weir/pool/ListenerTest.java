package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** P17: who hears what. */
class ListenerTest {
  private static final int LEASES_OF_NO_WAIT = 5;
  private static final List<PoolEvent> RARE =
      List.of(
          new PoolEvent.Created("search", 1, ZERO),
          new PoolEvent.Exhausted("search", 1, 1),
          new PoolEvent.Acquired("search", 1, ofMillis(7)),
          new PoolEvent.Destroyed("search", 1, Reason.INVALIDATED, null));

  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  /** Keeps what it hears, and does not want every lease. */
  private static final class RareThings implements PoolListener {
    private final Queue<PoolEvent> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void onEvent(PoolEvent event) {
      heard.add(event);
    }

    @Override
    public boolean wantsEveryLease() {
      return false;
    }
  }

  @Test
  void aListenerOfRareThingsHearsOfNoLeaseButThoseThatWereWaitedFor() throws Exception {
    RareThings rare = new RareThings();
    useAPoolOfOne(rare);
    assertThat(rare.heard).containsExactlyInAnyOrderElementsOf(RARE);
  }

  @Test
  void aSecondListenerIsAddedToTheFirst() throws Exception {
    Queue<PoolEvent> first = new ConcurrentLinkedQueue<>();
    Queue<PoolEvent> second = new ConcurrentLinkedQueue<>();
    try (Pool<FakeConnection> pool =
        kit.pool(factory).min(0).listener(first::add).listener(second::add).build()) {
      pool.acquire().close();
      await().untilAsserted(() -> assertThat(second).hasSize(3));
      assertThat(first).containsExactlyElementsOf(second);
    }
  }

  @Test
  void inAGroupEachListenerHearsOnlyWhatItWants() throws Exception {
    RareThings rare = new RareThings();
    Queue<PoolEvent> all = new ConcurrentLinkedQueue<>();
    useAPoolOfOne(PoolListener.of(rare, PoolListener.NONE, all::add));
    assertThat(rare.heard).containsExactlyInAnyOrderElementsOf(RARE);
    assertThat(all).containsAll(RARE).hasSize(RARE.size() + LEASES_OF_NO_WAIT);
  }

  @Test
  void aGroupOfListenersOfRareThingsWantsNoMoreThanThey() {
    assertThat(PoolListener.of(new RareThings(), new RareThings()).wantsEveryLease()).isFalse();
    assertThat(PoolListener.of(new RareThings(), event -> {}).wantsEveryLease()).isTrue();
  }

  @Test
  void aGroupOfNobodyIsNobody() {
    assertThat(PoolListener.of()).isSameAs(PoolListener.NONE);
    assertThat(PoolListener.of(PoolListener.NONE, PoolListener.NONE)).isSameAs(PoolListener.NONE);
  }

  @Test
  void aListenerThatThrowsKeepsNothingFromTheNext() throws Exception {
    RareThings rare = new RareThings();
    PoolListener hostile =
        event -> {
          throw new AssertionError("a listener's own fault");
        };
    useAPoolOfOne(PoolListener.of(hostile, rare, hostile));
    assertThat(rare.heard).containsExactlyInAnyOrderElementsOf(RARE);
  }

  @Test
  void aListenerThatCannotSayWhatItWantsHearsEverything() throws Exception {
    Queue<PoolEvent> heard = new ConcurrentLinkedQueue<>();
    useAPoolOfOne(
        new PoolListener() {
          @Override
          public void onEvent(PoolEvent event) {
            heard.add(event);
          }

          @Override
          public boolean wantsEveryLease() {
            throw new AssertionError("a listener's own fault");
          }
        });
    assertThat(heard).containsAll(RARE).hasSize(RARE.size() + LEASES_OF_NO_WAIT);
  }

  /** Two leases after no time and one after a wait, on a clock that stands still in between. */
  private void useAPoolOfOne(PoolListener listener) throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).listener(listener).build()) {
      pool.acquire().close(); // acquired, released
      Lease<FakeConnection> held = pool.acquire(); // acquired
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofMillis(7));
      held.close(); // released
      Lease<FakeConnection> second = waiting.result();
      second.invalidate(null); // released
      await().until(() -> factory.stillOpen() == 0);
      await().until(() -> pool.stats().destroyed() == 1);
    }
  }
}
