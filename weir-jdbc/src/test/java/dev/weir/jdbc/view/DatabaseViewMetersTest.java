package dev.weir.jdbc.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class DatabaseViewMetersTest {
  @Test
  void theMetersShowWhatTheLastLookSawAndNothingElseIsRegistered() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Database database = Database.start();
        PgBouncer bouncer = PgBouncer.start(database, Map.of("stats_period", "1"));
        Connection client = bouncer.dataSource().getConnection();
        DatabaseView view =
            DatabaseView.builder("shop", database.dataSource())
                .pgBouncer(bouncer.console())
                .options(
                    ViewOptions.defaults()
                        .withInterval(Duration.ofMillis(50))
                        .withMaxTransaction(Duration.ofMillis(1)))
                .start()) {
      DatabaseViewMeters meters = DatabaseViewMeters.of(view);
      meters.bindTo(registry);
      client.setAutoCommit(false);
      try (Statement statement = client.createStatement()) {
        statement.execute("select 1");
      }
      eventually(registry, "weir.database.sessions", "state", "idle-in-transaction", 1);
      eventually(registry, "weir.pgbouncer.servers", "state", "active", 1);
      eventually(registry, "weir.database.alerts_raised", "alert", "long-transaction", 1);
      assertThat(value(registry, "weir.database.up", "database", "shop")).isEqualTo(1);
      assertThat(value(registry, "weir.pgbouncer.up", "database", "shop")).isEqualTo(1);
      assertThat(value(registry, "weir.database.sessions_max", "database", "shop"))
          .isEqualTo(Database.MAX_CONNECTIONS);
      assertThat(value(registry, "weir.pgbouncer.clients", "state", "active")).isEqualTo(1);
      client.rollback();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> value(registry, "weir.pgbouncer.transactions", "database", "shop") >= 1);
      assertThat(
              registry.getMeters().stream()
                  .map(meter -> meter.getId().getName())
                  .collect(Collectors.toSet()))
          .isEqualTo(
              Arrays.stream(ViewMeter.values())
                  .map(ViewMeter::meterName)
                  .collect(Collectors.toSet()));
      meters.close();
      meters.close();
      assertThat(registry.getMeters()).isEmpty();
    }
  }

  @Test
  void withoutPgBouncerThereAreNoMetersOfIt() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (DatabaseView view = DatabaseView.builder("none", Sources.refusing()).start()) {
      DatabaseViewMeters.of(view).bindTo(registry);
      Set<String> names =
          registry.getMeters().stream()
              .map(meter -> meter.getId().getName())
              .collect(Collectors.toSet());
      assertThat(names).isNotEmpty().noneMatch(name -> name.contains("pgbouncer"));
      eventually(registry, "weir.database.alerts_raised", "alert", "database-unreachable", 1);
      assertThat(value(registry, "weir.database.up", "database", "none")).isZero();
      assertThat(value(registry, "weir.database.sessions_all", "database", "none")).isNaN();
    }
  }

  private static void eventually(
      SimpleMeterRegistry registry, String name, String tag, String value, double expected) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> value(registry, name, tag, value) == expected);
  }

  private static double value(SimpleMeterRegistry registry, String name, String tag, String value) {
    Meter meter = registry.get(name).tag(tag, value).meter();
    return meter.measure().iterator().next().getValue();
  }
}
