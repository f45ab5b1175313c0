package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolSnapshot.Mode;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** P16: what a pool is doing, and why it does not do more. */
class SnapshotTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void itTellsWhoHoldsWhatSinceWhen() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(3).build()) {
      var other = Background.start(pool::acquire);
      other.result();
      kit.advance(ofSeconds(2));
      Lease<FakeConnection> mine = pool.acquire();
      kit.advance(ofSeconds(1));
      PoolSnapshot snapshot = pool.snapshot();
      assertThat(snapshot.holders()).hasSize(2);
      LeaseHolder first = snapshot.holders().get(0);
      assertThat(first.connection()).isEqualTo(1);
      assertThat(first.thread()).isEqualTo("background");
      assertThat(first.held()).isEqualTo(ofSeconds(3));
      assertThat(first.takenAt()).as("not watched").isEmpty();
      assertThat(snapshot.holders().get(1).thread()).isEqualTo(Thread.currentThread().getName());
      assertThat(snapshot.holders().get(1).since()).isEqualTo(snapshot.at().minusSeconds(1));
      assertThat(snapshot.connections())
          .extracting(ConnectionInfo::leasedSince)
          .containsExactlyInAnyOrder(snapshot.at().minusSeconds(3), snapshot.at().minusSeconds(1));
      mine.close();
      assertThat(pool.snapshot().holders()).hasSize(1);
    }
  }

  @Test
  void watchedLeasesAreToldWithTheirStackEachOfASharedConnectionToo() throws Exception {
    try (Pool<FakeConnection> pool =
        kit.pool(factory)
            .max(1)
            .maxLeasesPerConnection(4)
            .validationWindow(ofMinutes(10))
            .leakThreshold(ofMinutes(1))
            .build()) {
      Lease<FakeConnection> first = pool.acquire();
      kit.advance(ofSeconds(1));
      Lease<FakeConnection> second = pool.acquire();
      PoolSnapshot snapshot = pool.snapshot();
      assertThat(snapshot.holders()).hasSize(2);
      assertThat(snapshot.holders())
          .allMatch(holder -> holder.takenAt().get(0).getClassName().endsWith("SnapshotTest"));
      ConnectionInfo connection = snapshot.connections().get(0);
      assertThat(connection.leases()).isEqualTo(2);
      assertThat(connection.limit()).isEqualTo(4);
      assertThat(connection.leasedSince()).isEqualTo(snapshot.at().minusSeconds(1));
      assertThat(connection.holder()).startsWith(Thread.currentThread().getName());
      first.close();
      second.close();
      assertThat(pool.snapshot().connections().get(0).leasedSince()).isNull();
    }
  }

  @Test
  void whatTheHoldersAreDoingIsToldWhenAskedFor() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build();
        Pool<FakeConnection> watched = kit.pool(factory).leakThreshold(ofMinutes(1)).build()) {
      for (Pool<FakeConnection> each : List.of(pool, watched)) {
        Lease<FakeConnection> lease = each.acquire();
        assertThat(each.snapshot().holders().get(0).threadNow()).isEmpty();
        assertThat(each.snapshotWithStacks().holders().get(0).threadNow())
            .extracting(StackTraceElement::getMethodName)
            .contains("whatTheHoldersAreDoingIsToldWhenAskedFor");
        lease.close();
      }
    }
  }

  @Test
  void itTellsWhoWaitsInOrder() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var blocked = kit.acquireInBackground(pool, ofMinutes(1));
      kit.advance(ofSeconds(2));
      var stage = pool.acquireAsync(ofMinutes(1));
      List<PoolSnapshot.Waiter> waiters = pool.snapshot().waiters();
      assertThat(waiters).hasSize(2);
      assertThat(waiters.get(0).thread()).isEqualTo("background");
      assertThat(waiters.get(0).waited()).isEqualTo(ofSeconds(2));
      assertThat(waiters.get(0).async()).isFalse();
      assertThat(waiters.get(1).thread()).isEqualTo(Thread.currentThread().getName());
      assertThat(waiters.get(1).async()).isTrue();
      held.close();
      blocked.result().close();
      stage.toCompletableFuture().join().close();
    }
  }

  @Test
  void aPoolThatNobodyWaitsForSaysSo() {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(2).max(4).build()) {
      kit.awaitIdle(pool, 2);
      PoolSnapshot snapshot = pool.snapshot();
      assertThat(snapshot.mode()).isEqualTo(Mode.OPEN);
      assertThat(snapshot.whyNoMore()).isEqualTo("nobody waits, and there are 2 of min 2");
      assertThat(snapshot.lastFailedOpen()).isNull();
    }
  }

  @Test
  void aFullPoolSaysWhatFillsIt() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      await()
          .untilAsserted(
              () ->
                  assertThat(pool.snapshot().whyNoMore())
                      .isEqualTo(
                          "every place is taken, max is 1 (1 leased, 0 being opened, 0 being checked)"));
      held.close();
      waiting.result().close();
    }
  }

  @Test
  void opensUnderWayAndTheirPausesAreTold() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool =
        kit.pool(slow).max(4).openParallelism(1).retryBackoff(ofMillis(100)).build()) {
      var first = kit.acquireInBackground(pool, ofMinutes(1));
      var second = kit.acquireInBackground(pool, ofMinutes(1));
      kit.advance(ofMillis(300));
      PoolSnapshot running = pool.snapshot();
      assertThat(running.opens()).containsExactly(new PoolSnapshot.Opening(1, ofMillis(300), null));
      assertThat(running.whyNoMore())
          .isEqualTo("1 are being opened, as many as open-parallelism and max allow");
      slow.failOpen();
      await().until(() -> pool.stats().failedOpens() == 1);
      await().until(() -> pool.snapshot().opens().get(0).pausingFor() != null);
      PoolSnapshot pausing = pool.snapshot();
      assertThat(pausing.opens().get(0).attempt()).isEqualTo(2);
      assertThat(pausing.opens().get(0).pausingFor()).isBetween(ofMillis(50), ofMillis(100));
      assertThat(pausing.opens().get(0).runningFor()).isNull();
      assertThat(requireNonNull(pausing.lastFailedOpen()).cause())
          .isInstanceOf(ConnectException.class);
      slow.finishOpen();
      slow.finishOpen();
      kit.advance(ofMillis(100));
      first.result();
      second.result();
      await().until(() -> pool.snapshot().opens().isEmpty());
      assertThat(pool.snapshot().lastFailedOpen()).isNull();
    }
  }

  @Test
  void enoughOnItsWayIsAReasonToOpenNoMore() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(4).build()) {
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      await()
          .untilAsserted(
              () ->
                  assertThat(pool.snapshot().whyNoMore())
                      .isEqualTo(
                          "1 wait, and there is one for each: 0 idle, 1 being opened, 0 being checked"));
      slow.finishOpen();
      waiting.result().close();
    }
  }

  @Test
  void anotherKeyThatHasAllPlacesIsAReason() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(key -> factory).maxTotal(1).build()) {
      Lease<FakeConnection> held = pool.acquire("a");
      var waiting =
          Background.start(() -> pool.acquire("b", ofMinutes(1))).untilParkedOn(kit.clock());
      var snapshots = pool.snapshotByKey();
      assertThat(snapshots).containsOnlyKeys("a", "b");
      assertThat(requireNonNull(snapshots.get("b")).whyNoMore())
          .isEqualTo("the places that all keys share are taken");
      assertThat(requireNonNull(snapshots.get("a")).holders()).hasSize(1);
      held.close();
      waiting.result().close();
    }
  }

  @Test
  void itTellsTheModeInEachOfThem() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).build();
    Lease<FakeConnection> lease = pool.acquire();
    pool.suspend();
    assertThat(pool.snapshot().mode()).isEqualTo(Mode.SUSPENDED);
    await()
        .untilAsserted(
            () -> assertThat(pool.snapshot().whyNoMore()).startsWith("suspended, lends nothing"));
    pool.resume();
    assertThat(pool.snapshot().mode()).isEqualTo(Mode.OPEN);
    var drain = Background.start(() -> pool.drain(ofSeconds(1))).untilParkedOn(kit.clock());
    assertThat(pool.snapshot().mode()).isEqualTo(Mode.DRAINING);
    await()
        .untilAsserted(() -> assertThat(pool.snapshot().whyNoMore()).startsWith("being drained"));
    kit.advance(ofSeconds(1));
    drain.result();
    pool.close();
    assertThat(pool.snapshot().mode()).isEqualTo(Mode.CLOSED);
    await()
        .untilAsserted(
            () -> assertThat(pool.snapshot().whyNoMore()).isEqualTo("the pool is closed"));
    lease.close();
  }

  @Test
  void aConnectionTellsHowOftenEverythingHadBeenEvictedBeforeIt() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      assertThat(pool.connections().get(0).generation()).isZero();
      pool.evictAll();
      await().until(() -> pool.connections().isEmpty());
      pool.acquire().close();
      assertThat(pool.connections().get(0).generation()).isEqualTo(1);
    }
  }

  @Test
  void itPrintsSoThatOneCanReadItInALog() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).leakThreshold(ofMinutes(1)).build()) {
      Lease<FakeConnection> held = pool.acquire();
      kit.advance(ofSeconds(12));
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      kit.advance(ofMillis(40));
      // The open is over a moment after its connection was leased.
      await().until(() -> pool.snapshot().whyNoMore().startsWith("every place is taken"));
      String me = Thread.currentThread().getName();
      assertThat(pool.snapshot().toString().lines())
          .contains(
              "pool \"search\" at 2026-01-01T00:00:12.040Z: open, 1 leased, 0 idle, 1 waiting, 0"
                  + " opening; 1 of 0 to 1 places taken",
              "no more opens: every place is taken, max is 1 (1 leased, 0 being opened, 0 being"
                  + " checked)",
              "held:",
              "    taken at",
              "waiting, who is next first:",
              "connections:")
          .anyMatch(line -> line.startsWith("  connection 1, held 12s by \"" + me + "\" #"))
          .anyMatch(line -> line.startsWith("      dev.weir.pool.SnapshotTest.itPrintsSo"))
          .anyMatch(line -> line.matches("  \"background\" #\\d+ for 40ms"))
          .anyMatch(line -> line.startsWith("  1 leased by " + me) && line.contains("number=0"));
      held.close();
      waiting.result().close();
    }
  }

  @Test
  void itMayBeTakenAtAnyTimeByAnyThread() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Pool<FakeConnection> pool =
        Pool.builder(factory).min(0).max(3).leakThreshold(ofSeconds(30)).build()) {
      List<Background<Boolean>> callers =
          java.util.stream.IntStream.range(0, 6)
              .mapToObj(
                  i ->
                      Background.start(
                          () -> {
                            for (int turn = 0; !over.get(); turn++) {
                              Lease<FakeConnection> lease = pool.acquire();
                              if (turn % 50 == 0) {
                                lease.invalidate(null);
                              }
                              lease.close();
                            }
                            return true;
                          }))
              .toList();
      try {
        for (int look = 0; look < 1_000; look++) {
          PoolSnapshot seen = look % 10 == 0 ? pool.snapshotWithStacks() : pool.snapshot();
          assertThat(seen.holders().size()).isLessThanOrEqualTo(3 + 3);
          assertThat(seen.connections()).hasSizeLessThanOrEqualTo(3);
          assertThat(seen.toString()).contains("pool \"pool\"");
        }
      } finally {
        over.set(true);
      }
      callers.forEach(Background::result);
      await().until(() -> pool.snapshot().holders().isEmpty());
    }
  }

  @Test
  void aDrainThatIsNotCompleteTellsWhoStillHoldsWhatAndSinceWhen() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).leakThreshold(ofMinutes(1)).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(3));
      var drain = Background.start(() -> pool.drain()).untilParkedOn(kit.clock());
      kit.advance(ofSeconds(10));
      DrainReport report = drain.result();
      assertThat(report.holders()).hasSize(1);
      assertThat(report.holders().get(0).held()).isEqualTo(ofSeconds(13));
      assertThat(report.holders().get(0).takenAt()).isNotEmpty();
      assertThat(report.toString())
          .startsWith("not drained after 10s: 1 still leased, 0 still waiting\nheld:\n");
      lease.close();
    }
  }
}
