package dev.weir.pool;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.BreakerClosed;
import dev.weir.pool.PoolEvent.BreakerOpened;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P8: how a pool finds out that its endpoint is back. */
class ProbingTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensWhenTold();
  private final Queue<PoolEvent> breaker = new ConcurrentLinkedQueue<>();

  /** One failed open is enough, and every pause is over after five seconds. */
  private PoolBuilder<FakeConnection> pool() {
    return kit.pool(factory)
        .breakerThreshold(1)
        .listener(
            event -> {
              if (event instanceof BreakerOpened || event instanceof BreakerClosed) {
                breaker.add(event);
              }
            });
  }

  private void refused(Pool<FakeConnection> pool) {
    kit.acquireInBackground(pool, ofMinutes(1)).failure(EndpointDownException.class);
  }

  private void breakIt(Pool<FakeConnection> pool) {
    factory.failOpen();
    refused(pool);
    await().until(() -> pool.stats().opening() == 0);
  }

  private void advanceUntilProbing(Pool<FakeConnection> pool, int tries) {
    kit.advance(ofSeconds(5));
    await().until(() -> factory.tries() == tries && pool.stats().opening() == 1);
  }

  private static void ignoringInterrupts(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException ignoredOnPurpose) {
        // A driver that does not heed interrupts.
      }
    }
  }

  private static List<Class<?>> kinds(Queue<PoolEvent> events) {
    List<Class<?>> kinds = new ArrayList<>();
    events.forEach(event -> kinds.add(event.getClass()));
    return kinds;
  }

  @Test
  void oneProbeAtATimeIsMadeHoweverManyCallersCome() { // P8
    try (Pool<FakeConnection> pool = pool().build()) {
      breakIt(pool);
      for (int probe = 2; probe < 6; probe++) {
        advanceUntilProbing(pool, probe);
        for (int i = 0; i < 10; i++) {
          refused(pool);
        }
        assertThat(factory.tries()).isEqualTo(probe);
        factory.failOpen();
        await().until(() -> pool.stats().opening() == 0);
      }
      assertThat(breaker).hasSize(1);
    }
  }

  @Test
  void aProbeThatSucceedsServesWhoeverWaitsAndClosesTheBreaker() { // P8
    try (Pool<FakeConnection> pool = pool().max(2).build()) {
      factory.finishOpen();
      var held = kit.acquireInBackground(pool, ofSeconds(3));
      held.result();
      factory.failOpen();
      var waiting = kit.acquireInBackground(pool, ofHours(1));
      await().until(() -> breaker.size() == 1 && pool.stats().opening() == 0);
      kit.advance(ofSeconds(5));
      factory.finishOpen();
      assertThat(waiting.result().connection()).isSameAs(factory.opened(1));
      await().until(() -> breaker.size() == 2);
      assertThat(kinds(breaker)).containsExactly(BreakerOpened.class, BreakerClosed.class);
    }
  }

  @Test
  void aProbeForWhichNobodyWaitsLeavesAnIdleConnection() throws Exception { // P8
    try (Pool<FakeConnection> pool = pool().build()) {
      breakIt(pool);
      advanceUntilProbing(pool, 2);
      factory.finishOpen();
      kit.awaitIdle(pool, 1);
      assertThat(pool.isHealthy()).isTrue();
      pool.acquire().close();
      assertThat(factory.tries()).isEqualTo(2);
    }
  }

  @Test
  void probesGoOnWhileFewerThanMinAreThereThoughNobodyAsks() { // P8
    try (Pool<FakeConnection> pool = pool().min(1).idleTimeout(ofSeconds(1)).build()) {
      factory.failOpen();
      for (int probe = 2; probe < 12; probe++) {
        await().until(() -> pool.stats().opening() == 0);
        advanceUntilProbing(pool, probe);
        factory.failOpen();
      }
      await().until(() -> pool.stats().opening() == 0);
      kit.advance(ofSeconds(5));
      factory.finishOpen();
      kit.awaitIdle(pool, 1);
    }
  }

  @Test
  void whoComesAfterALongSilenceWaitsForAProbeRatherThanHearOldNews() { // P8
    try (Pool<FakeConnection> pool = pool().idleTimeout(ofMinutes(1)).build()) {
      breakIt(pool);
      kit.advance(ofHours(1));
      var first = kit.acquireInBackground(pool, ofMinutes(1));
      var second = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> factory.opening() == 1);
      assertThat(factory.tries()).as("one probe for both").isEqualTo(2);
      assertThat(first.isDone() || second.isDone()).isFalse();
      factory.failOpen();
      assertThat(first.failure(EndpointDownException.class)).hasMessageContaining("2 tries failed");
      second.failure(EndpointDownException.class);
      kit.advance(ofHours(1));
      var third = kit.acquireInBackground(pool, ofMinutes(1));
      factory.finishOpen();
      third.result().close();
    }
  }

  @Test
  void thePoolIsFilledAtOnceWhenTheEndpointIsBackButNoFasterThanEver() { // P8
    try (Pool<FakeConnection> pool = pool().min(8).openParallelism(3).build()) {
      for (int i = 0; i < 3; i++) {
        factory.failOpen();
      }
      await().until(() -> factory.tries() == 3 && pool.stats().opening() == 0);
      advanceUntilProbing(pool, 4);
      factory.finishOpen();
      await().until(() -> factory.opening() == 3);
      assertThat(pool.stats().opening()).isEqualTo(3);
      for (int i = 0; i < 7; i++) {
        factory.finishOpen();
      }
      kit.awaitIdle(pool, 8);
      assertThat(factory.tries()).isEqualTo(11);
    }
  }

  @Test
  void aProbeThatHangsIsGivenUpAndItsLateResultChangesNothing() { // P8
    CountDownLatch late = new CountDownLatch(1);
    factory.nextOpens(FakeFactory.refused(), () -> ignoringInterrupts(late));
    try (Pool<FakeConnection> pool = pool().openTimeout(ofSeconds(10)).build()) {
      refused(pool);
      await().until(() -> pool.stats().opening() == 0);
      advanceUntilProbing(pool, 2);
      refused(pool);
      kit.advance(ofSeconds(10));
      await().until(() -> pool.stats().failedOpens() == 2 && pool.stats().opening() == 0);
      refused(pool);
      late.countDown();
      await().until(() -> factory.opened().size() == 1 && factory.opened(0).isClosed());
      refused(pool);
      assertThat(breaker).hasSize(1);
      advanceUntilProbing(pool, 3);
      factory.finishOpen();
      kit.awaitIdle(pool, 1);
      await().until(() -> breaker.size() == 2);
    }
  }

  @Test
  void aSlowOpenFromBeforeTheOutageThatArrivesInTimeEndsIt() { // P8
    CountDownLatch slow = new CountDownLatch(1);
    factory.nextOpens(slow::await);
    try (Pool<FakeConnection> pool = pool().build()) {
      var first = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> factory.opening() == 1);
      factory.failOpen();
      refused(pool);
      first.failure(EndpointDownException.class);
      slow.countDown();
      kit.awaitIdle(pool, 1);
      await().until(() -> breaker.size() == 2);
      kit.acquireInBackground(pool, ofMinutes(1)).result().close();
    }
  }

  @Test
  void opensThatHangThroughAnOutageDoNotOpenTheBreakerAgainWhenTheyTimeOut() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    factory.nextOpens(never::await, never::await);
    try (Pool<FakeConnection> pool = pool().openTimeout(ofSeconds(10)).build()) {
      var first = kit.acquireInBackground(pool, ofMinutes(1));
      var second = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> factory.opening() == 2);
      failOne(pool);
      first.failure(EndpointDownException.class);
      second.failure(EndpointDownException.class);
      kit.advance(ofSeconds(5));
      factory.finishOpen();
      kit.awaitIdle(pool, 1);
      kit.advance(ofSeconds(5));
      await().until(() -> pool.stats().failedOpens() == 3);
      pool.acquire().invalidate(null);
      factory.finishOpen();
      kit.acquireInBackground(pool, ofMinutes(1)).result().close();
      assertThat(kinds(breaker)).containsExactly(BreakerOpened.class, BreakerClosed.class);
    }
  }

  private void failOne(Pool<FakeConnection> pool) {
    factory.failOpen();
    refused(pool);
    await().until(() -> pool.stats().failedOpens() == 1);
  }

  @Test
  void anEndpointThatComesAndGoesIsToldInTurnsWithTheCauseOfEachOutage() throws Exception { // P17
    try (Pool<FakeConnection> pool = pool().max(1).build()) {
      List<PoolEvent> expected = new ArrayList<>();
      for (int outage = 0; outage < 5; outage++) {
        int tries = factory.tries();
        IllegalStateException cause = new IllegalStateException("outage " + outage);
        factory.nextOpens(
            () -> {
              throw cause;
            });
        refused(pool);
        await().until(() -> pool.stats().opening() == 0);
        advanceUntilProbing(pool, tries + 2);
        factory.failOpen();
        await().until(() -> pool.stats().opening() == 0);
        advanceUntilProbing(pool, tries + 3);
        factory.finishOpen();
        kit.awaitIdle(pool, 1);
        pool.acquire().invalidate(null);
        await().until(() -> pool.stats().size() == 0);
        expected.add(new BreakerOpened("search", null, cause));
        expected.add(new BreakerClosed("search", null, cause, ofSeconds(10)));
      }
      await().until(() -> breaker.size() == 10);
      assertThat(breaker).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void closingThePoolEndsTheProbeAndClosesWhatItOpensLate() { // P8
    CountDownLatch late = new CountDownLatch(1);
    factory.nextOpens(FakeFactory.refused(), () -> ignoringInterrupts(late));
    Pool<FakeConnection> pool = pool().build();
    refused(pool);
    await().until(() -> pool.stats().opening() == 0);
    advanceUntilProbing(pool, 2);
    pool.close();
    assertThat(pool.stats().size()).isZero();
    kit.acquireInBackground(pool, ofSeconds(3)).failure(PoolClosedException.class);
    late.countDown();
    await().until(() -> factory.opened().size() == 1 && factory.opened(0).isClosed());
    kit.advance(ofHours(1));
    assertThat(factory.tries()).isEqualTo(2);
    assertThat(kinds(breaker)).containsExactly(BreakerOpened.class);
  }

  @Test
  void aPoolThatIsDrainedDoesNotLookWhetherTheEndpointIsBack() throws Exception { // P8
    try (Pool<FakeConnection> pool = pool().build()) {
      breakIt(pool);
      assertThat(pool.drain().complete()).isTrue();
      kit.advance(ofHours(1));
      kit.acquireInBackground(pool, ofSeconds(3)).failure(PoolClosedException.class);
      assertThat(factory.tries()).isEqualTo(1);
    }
  }

  @Test
  void closingThePoolBetweenProbesEndsThem() { // P8
    Pool<FakeConnection> pool = pool().min(1).build();
    factory.failOpen();
    await().until(() -> pool.stats().failedOpens() == 1 && pool.stats().opening() == 0);
    pool.close();
    kit.advance(ofHours(1));
    assertThat(factory.tries()).isEqualTo(1);
    assertThat(pool.isHealthy()).isFalse();
  }

  @Test
  void eachKeyOfAKeyedPoolHasABreakerOfItsOwn() throws Exception { // P8
    FakeFactory good = FakeFactory.opensAtOnce();
    PoolOptions options = PoolOptions.defaults().withSize(0, 2).withBreakerThreshold(1);
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(key -> key.equals("good") ? good : FakeFactory.failing())
            .perKey(options)
            .build()) {
      Background.start(() -> pool.acquire("bad")).failure(EndpointDownException.class);
      pool.acquire("good").close();
      assertThat(pool.stats().endpointsDown()).isEqualTo(1);
      assertThat(pool.statsByKey())
          .allSatisfy(
              (key, stats) ->
                  assertThat(stats.endpointsDown()).isEqualTo(key.equals("good") ? 0 : 1));
    }
  }

  @Test
  void theNumbersTellThatTheEndpointIsDownUntilAProbeSucceeds() { // P15
    try (Pool<FakeConnection> pool = pool().build()) {
      assertThat(pool.stats().endpointsDown()).isZero();
      breakIt(pool);
      assertThat(pool.stats().endpointsDown()).isEqualTo(1);
      advanceUntilProbing(pool, 2);
      assertThat(pool.stats().endpointsDown()).as("while probing").isEqualTo(1);
      factory.finishOpen();
      kit.awaitIdle(pool, 1);
      assertThat(pool.stats().endpointsDown()).isZero();
    }
  }

  @Test
  void aClosedPoolHasNoEndpointThatIsDown() { // P15
    Pool<FakeConnection> pool = pool().build();
    breakIt(pool);
    pool.close();
    assertThat(pool.stats().endpointsDown()).isZero();
  }
}
