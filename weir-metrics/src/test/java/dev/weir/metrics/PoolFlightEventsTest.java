package dev.weir.metrics;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.EndpointDownException;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Lease;
import dev.weir.pool.LeaseHolder;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolFlightEventsTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final PoolFlightEvents listener = PoolFlightEvents.ofPool("orders");

  /** What a program does while it is recorded. */
  private interface Work {
    void run() throws Exception;
  }

  /** The events of a pool that a recording has of the work, once there are that many. */
  private static List<RecordedEvent> recorded(String waitThreshold, int count, Work work)
      throws Exception {
    Queue<RecordedEvent> events = new ConcurrentLinkedQueue<>();
    try (RecordingStream recording = new RecordingStream()) {
      for (var type : FlightEvents.ALL) {
        recording.enable(type).with("waitThreshold", waitThreshold);
      }
      recording.setReuse(false);
      recording.onEvent(
          event -> {
            if (event.getEventType().getName().startsWith("dev.weir.pool.")) {
              events.add(event);
            }
          });
      recording.startAsync();
      work.run();
      await().atMost(Duration.ofSeconds(20)).until(() -> events.size() >= count);
    }
    return new ArrayList<>(events);
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream()
            .filter(event -> event.getEventType().getName().equals("dev.weir.pool." + name))
            .toList();
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  @Test
  void openingWaitingAndRetiringAreReadBackFromARecording() throws Exception {
    IOException cause = new IOException("broken pipe");
    List<RecordedEvent> events =
        recorded(
            "7 ms",
            4,
            () -> {
              try (Pool<FakeConnection> pool =
                  kit.pool(factory).max(1).listener(listener).build()) {
                pool.acquire().close();
                Lease<FakeConnection> held = pool.acquire();
                var waiting = kit.acquireInBackground(pool, ofSeconds(5));
                kit.advance(ofMillis(7));
                held.close();
                waiting.result().invalidate(cause);
                await().until(() -> factory.stillOpen() == 0);
                await().until(() -> pool.stats().destroyed() == 1);
              }
            });
    assertThat(events).hasSize(4).allMatch(event -> event.getString("pool").equals("orders"));
    assertThat(only(events, "ConnectionOpened").getLong("connection")).isEqualTo(1);
    assertThat(only(events, "ConnectionOpened").getDuration("took")).isZero();
    assertThat(only(events, "Exhausted").getInt("max")).isEqualTo(1);
    assertThat(only(events, "AcquireWait").getDuration("waited")).isEqualTo(ofMillis(7));
    RecordedEvent retired = only(events, "ConnectionRetired");
    assertThat(retired.getString("reason")).isEqualTo("invalidated");
    assertThat(retired.getString("cause")).isEqualTo("java.io.IOException: broken pipe");
  }

  @Test
  void waitsBelowTheThresholdAreLeftOut() throws Exception {
    List<RecordedEvent> events =
        recorded(
            "8 ms",
            1,
            () -> {
              listener.onEvent(new PoolEvent.Acquired("p", 1, ofMillis(7)));
              listener.onEvent(new PoolEvent.Acquired("p", 2, ofMillis(8)));
            });
    assertThat(only(events, "AcquireWait").getLong("connection")).isEqualTo(2);
  }

  @Test
  void failuresAreReadBackWithTheirCause() throws Exception {
    factory.nextOpens(FakeFactory.refused());
    List<RecordedEvent> events =
        recorded(
            "1 s",
            4,
            () -> {
              try (Pool<FakeConnection> pool = kit.pool(factory).listener(listener).build()) {
                var waiting = kit.acquireInBackground(pool, Duration.ofHours(1));
                await()
                    .until(
                        () -> {
                          kit.advance(ofMillis(100)); // the pause before the second try
                          return waiting.isDone();
                        });
                waiting.result().close();
                factory.onCheck(
                    connection -> {
                      throw new IOException("no answer");
                    });
                kit.advance(ofSeconds(1));
                pool.acquire().close();
                await().until(() -> pool.stats().destroyed() == 1);
              }
            });
    RecordedEvent refused = only(events, "OpenFailed");
    assertThat(refused.getInt("attempt")).isEqualTo(1);
    assertThat(refused.getBoolean("willRetry")).isTrue();
    assertThat(refused.getString("cause")).contains("connection refused");
    assertThat(only(events, "CheckFailed").getString("cause")).contains("no answer");
  }

  @Test
  void anOutageIsReadBackFromItsFirstFailureToItsEnd() throws Exception {
    factory.nextOpens(FakeFactory.refused());
    List<RecordedEvent> events =
        recorded(
            "1 s",
            5, // with that of the close, which may overtake
            () -> {
              try (Pool<FakeConnection> pool =
                  kit.pool(factory).breakerThreshold(1).listener(listener).build()) {
                kit.acquireInBackground(pool, ofSeconds(1)).failure(EndpointDownException.class);
                await().until(() -> pool.stats().opening() == 0);
                kit.advance(ofSeconds(5)); // the longest that the pause before a probe can be
                kit.awaitIdle(pool, 1);
              }
            });
    RecordedEvent opened = only(events, "BreakerOpened");
    assertThat(opened.getString("pool")).isEqualTo("orders");
    assertThat(opened.getLong("connection")).as("the endpoint's").isZero();
    assertThat(opened.getString("cause")).contains("connection refused");
    RecordedEvent closed = only(events, "BreakerClosed");
    assertThat(closed.getLong("connection")).isZero();
    assertThat(closed.getString("cause")).isEqualTo(opened.getString("cause"));
    assertThat(closed.getDuration("lasted")).isEqualTo(ofSeconds(5));
  }

  @Test
  void theBreakerOfOneConnectionIsReadBackWithItsId() throws Exception {
    List<RecordedEvent> events =
        recorded(
            "1 s",
            1,
            () -> listener.onEvent(new PoolEvent.BreakerOpened("p", 7L, new IOException("reset"))));
    assertThat(only(events, "BreakerOpened").getLong("connection")).isEqualTo(7);
    assertThat(only(events, "BreakerOpened").getString("cause"))
        .isEqualTo("java.io.IOException: reset");
  }

  private Lease<FakeConnection> acquireInThisMethod(Pool<FakeConnection> pool) throws Exception {
    return pool.acquire();
  }

  @Test
  void aSuspectedLeakIsReadBackWithWhoTookItAndWhereAndItsLateEnd() throws Exception {
    List<RecordedEvent> events =
        recorded(
            "1 s",
            4, // with that of the close, which may overtake
            () -> {
              try (Pool<FakeConnection> pool =
                  kit.pool(factory).leakThreshold(ofSeconds(30)).listener(listener).build()) {
                Lease<FakeConnection> slow = acquireInThisMethod(pool);
                kit.advance(ofSeconds(31));
                await().until(() -> pool.snapshot().holders().get(0).suspect());
                kit.advance(ofSeconds(9));
                slow.close();
              }
            });
    RecordedEvent suspected = only(events, "LeakSuspected");
    assertThat(suspected.getLong("connection")).isEqualTo(1);
    assertThat(suspected.getDuration("held")).isGreaterThanOrEqualTo(ofSeconds(31));
    assertThat(suspected.getString("thread")).isEqualTo(Thread.currentThread().getName());
    assertThat(suspected.getString("takenAt").lines().findFirst().orElseThrow())
        .contains("PoolFlightEventsTest.acquireInThisMethod");
    assertThat(suspected.getBoolean("unreachable")).isFalse();
    RecordedEvent ended = only(events, "LeakEnded");
    assertThat(ended.getLong("connection")).isEqualTo(1);
    assertThat(ended.getDuration("held")).isEqualTo(ofSeconds(40));
  }

  @Test
  void aStackIsCutSoThatTheEventIsNotTooLargeToBeWritten() throws Exception {
    StackTraceElement frame = new StackTraceElement("com.acme.Orders", "next", "Orders.java", 7);
    var holder =
        new LeaseHolder(
            1,
            "main",
            1,
            Instant.EPOCH,
            ofSeconds(31),
            true,
            Collections.nCopies(10_000, frame),
            List.of());
    List<RecordedEvent> events =
        recorded(
            "1 s", 1, () -> listener.onEvent(new PoolEvent.LeakSuspected("p", 1, holder, true)));
    assertThat(only(events, "LeakSuspected").getString("takenAt").lines()).hasSize(64);
    assertThat(only(events, "LeakSuspected").getBoolean("unreachable")).isTrue();
  }

  /** The kinds of events of a pool, and what a recording has of each; nothing: it is left out. */
  private static final Map<Class<? extends PoolEvent>, String> KINDS =
      Map.ofEntries(
          Map.entry(PoolEvent.Created.class, "ConnectionOpened"),
          Map.entry(PoolEvent.OpenFailed.class, "OpenFailed"),
          Map.entry(PoolEvent.Acquired.class, "AcquireWait"),
          Map.entry(PoolEvent.Released.class, ""),
          Map.entry(PoolEvent.Evicted.class, ""),
          Map.entry(PoolEvent.ValidationFailed.class, "CheckFailed"),
          Map.entry(PoolEvent.Destroyed.class, "ConnectionRetired"),
          Map.entry(PoolEvent.Exhausted.class, "Exhausted"),
          Map.entry(PoolEvent.LeakSuspected.class, "LeakSuspected"),
          Map.entry(PoolEvent.LeakEnded.class, "LeakEnded"),
          Map.entry(PoolEvent.BreakerOpened.class, "BreakerOpened"),
          Map.entry(PoolEvent.BreakerClosed.class, "BreakerClosed"));

  @Test
  void noKindOfEventIsForgotten() {
    assertThat(KINDS)
        .containsOnlyKeys(
            Arrays.stream(PoolEvent.class.getPermittedSubclasses())
                .<Class<? extends PoolEvent>>map(kind -> kind.asSubclass(PoolEvent.class))
                .toList());
    assertThat(FlightEvents.ALL)
        .extracting(Class::getSimpleName)
        .containsExactlyInAnyOrderElementsOf(
            KINDS.values().stream().filter(name -> !name.isEmpty()).toList());
  }

  @Test
  void keysAreRecordedOnRequestOnly() throws Exception {
    List<RecordedEvent> events =
        recorded(
            "1 s",
            2,
            () -> {
              for (PoolFlightEvents each : List.of(listener, PoolFlightEvents.byKey())) {
                try (KeyedPool<String, FakeConnection> pool =
                    kit.<String, FakeConnection>keyed(key -> factory).listener(each).build()) {
                  pool.acquire("k3y").close();
                }
              }
            });
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().endsWith("ConnectionOpened"))
        .extracting(event -> event.getString("pool"))
        .containsExactlyInAnyOrder("orders", "origins/k3y");
  }

  @Test
  void withoutARecordingNothingIsWrittenAndNothingFails() {
    assertThat(FlightEvents.ALL)
        .allMatch(type -> !jdk.jfr.EventType.getEventType(type).isEnabled());
    listener.onEvent(new PoolEvent.Created("p", 1, ofMillis(7)));
    listener.onEvent(new PoolEvent.Acquired("p", 1, ofMillis(7)));
  }

  @Test
  void aListenerForRecordingsDoesNotMakeThePoolTellOfEveryLease() {
    assertThat(listener.wantsEveryLease()).isFalse();
  }

  @Test
  void ofSeveralThresholdsTheLowestIsInForce() {
    WaitThreshold threshold = new WaitThreshold();
    assertThat(threshold.getValue()).isEqualTo("10 ms");
    assertThat(threshold.combine(java.util.Set.of("1 s", "300 us", "2 ms"))).isEqualTo("300 us");
    threshold.setValue("300 us");
    assertThat(threshold.isReachedBy(300_000)).isTrue();
    assertThat(threshold.isReachedBy(299_999)).isFalse();
    threshold.setValue("soon");
    assertThat(threshold.isReachedBy(10_000_000)).as("the default").isTrue();
    assertThat(threshold.isReachedBy(9_999_999)).isFalse();
  }
}
