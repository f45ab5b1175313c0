package dev.weir.jdbc.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.bouncer.PgBouncerPool;
import dev.weir.jdbc.bouncer.PgBouncerSnapshot;
import dev.weir.jdbc.bouncer.PgBouncerVersion;
import dev.weir.jdbc.view.Alert.Kind;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Options;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {
  private static final ViewOptions OPTIONS = ViewOptions.defaults();
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whatIsAtItsThresholdIsNotBeyondIt() {
    assertThat(Thresholds.of(seen(20, 80, 30, 300), OPTIONS)).isEmpty();
  }

  @Test
  void eachThresholdIsToldWithWhatWasSeenAndWhatIsAllowed() {
    assertThat(Thresholds.of(seen(21, 81, 31, 301), OPTIONS))
        .containsExactly(
            Map.entry(Kind.ACTIVE_SESSIONS, "21 sessions are active, 20 are allowed"),
            Map.entry(Kind.CONNECTIONS_USED, "81 of 100 sessions are in use, 80 % are allowed"),
            Map.entry(
                Kind.IDLE_IN_TRANSACTION,
                "3 sessions are idle in their transactions, one for 31s; 30s is allowed"),
            Map.entry(Kind.LONG_TRANSACTION, "a transaction is 301s old, 5m is allowed"));
  }

  @Test
  void zeroTurnsAThresholdOff() {
    ViewOptions off =
        Options.with(
            OPTIONS,
            Map.of(
                "maxActive",
                0,
                "maxUsed",
                0,
                "maxIdleInTransaction",
                "0s",
                "maxTransaction",
                "0s",
                "maxBouncerWait",
                "0s",
                "maxBouncerWaiting",
                0));
    assertThat(Thresholds.of(seen(999, 999, 9_999, 9_999), off)).isEmpty();
    assertThat(Thresholds.of(bouncer(999, 999), off)).isEmpty();
  }

  @Test
  void clientsOfPgBouncerThatWaitAreTold() {
    assertThat(Thresholds.of(bouncer(20, 1), OPTIONS)).isEmpty();
    assertThat(Thresholds.of(bouncer(21, 2), OPTIONS))
        .containsExactly(
            Map.entry(
                Kind.PGBOUNCER_WAIT,
                "a client has waited 2s for a server connection, 1s is allowed"),
            Map.entry(
                Kind.PGBOUNCER_WAITING, "21 clients wait for server connections, 20 are allowed"));
  }

  @Test
  void aServerThatDoesNotAnswerSaysNothingAboutTheRest() {
    Map<Kind, @Nullable String> breaches =
        Thresholds.of(new DatabaseLook(NOW, null, "refused", null, "gone"), OPTIONS);
    assertThat(breaches)
        .hasSize(Kind.values().length)
        .containsEntry(Kind.DATABASE_UNREACHABLE, "no answer: refused")
        .containsEntry(Kind.PGBOUNCER_UNREACHABLE, "no answer: gone")
        .containsEntry(Kind.LONG_TRANSACTION, null);
  }

  @Test
  void anAlertIsRaisedOnceAndEndsOnce() {
    Alerts alerts = new Alerts();
    Map<Kind, @Nullable String> breaches = Thresholds.of(seen(21, 1, 0, 0), OPTIONS);
    assertThat(alerts.update(breaches, NOW).raised()).hasSize(1);
    Alerts.Change again =
        alerts.update(Thresholds.of(seen(25, 1, 0, 0), OPTIONS), NOW.plusSeconds(30));
    assertThat(again.raised()).isEmpty();
    assertThat(again.ended()).isEmpty();
    assertThat(alerts.now())
        .containsExactly(
            new Alert(Kind.ACTIVE_SESSIONS, "25 sessions are active, 20 are allowed", NOW));
    assertThat(alerts.update(Map.of(), NOW).ended()).hasSize(1);
    assertThat(alerts.update(Map.of(), NOW).ended()).isEmpty();
    assertThat(alerts.now()).isEmpty();
    alerts.update(breaches, NOW);
    assertThat(alerts.raised(Kind.ACTIVE_SESSIONS)).isEqualTo(2);
    assertThat(alerts.raised(Kind.LONG_TRANSACTION)).isZero();
  }

  @Test
  void anAlertStandsWhileNobodyCanTellWhetherItEnded() {
    Alerts alerts = new Alerts();
    alerts.update(Thresholds.of(seen(21, 1, 0, 0), OPTIONS), NOW);
    DatabaseLook nothing = new DatabaseLook(NOW, null, "refused", null, null);
    assertThat(alerts.update(Thresholds.of(nothing, OPTIONS), NOW).ended()).isEmpty();
    assertThat(alerts.now())
        .extracting(Alert::kind)
        .containsExactly(Kind.DATABASE_UNREACHABLE, Kind.ACTIVE_SESSIONS);
  }

  @ParameterizedTest
  @CsvSource({
    "interval, 0s, more than 0s",
    "queryTimeout, 500ms, 1s to 1h",
    "queryTimeout, 2h, 1s to 1h",
    "maxActive, -1, 0 or more",
    "maxUsed, 1.5, 0 to 1",
    "maxBouncerWaiting, -1, 0 or more"
  })
  void anOptionOutOfItsBoundsIsRefusedWithTheBounds(String option, String value, String bounds) {
    assertThatThrownBy(() -> Options.with(OPTIONS, Map.of(option, value)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(bounds);
  }

  private static DatabaseLook seen(int active, int total, int idleInTransaction, int transaction) {
    return new DatabaseLook(
        NOW,
        new DatabaseSessions(
            total,
            active,
            0,
            3,
            0,
            Duration.ofSeconds(transaction),
            Duration.ofSeconds(idleInTransaction),
            100),
        null,
        null,
        null);
  }

  private static DatabaseLook bouncer(int waiting, int seconds) {
    PgBouncerPool pool =
        new PgBouncerPool(
            "shop", "app", 1, waiting, 1, 0, 0, 0, 0, Duration.ofSeconds(seconds), "transaction");
    PgBouncerSnapshot snapshot =
        new PgBouncerSnapshot(PgBouncerVersion.parse("1.18"), List.of(pool), List.of(), List.of());
    return new DatabaseLook(NOW, seen(0, 1, 0, 0).sessions(), null, snapshot, null);
  }
}
