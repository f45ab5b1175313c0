package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.MeterNames.Kind;
import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.pool.Pool;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeterNamesTest {
  @Test
  void theNamesOfDatabasePoolsAreThoseOfTheConventions() {
    assertThat(Arrays.stream(PoolMeter.values()).filter(PoolMeter::isConvention))
        .extracting(MeterNames.DATABASE::of)
        .containsExactly(
            "db.client.connection.count",
            "db.client.connection.idle.max",
            "db.client.connection.idle.min",
            "db.client.connection.max",
            "db.client.connection.pending_requests",
            "db.client.connection.timeouts",
            "db.client.connection.create_time",
            "db.client.connection.wait_time",
            "db.client.connection.use_time");
    assertThat(MeterNames.DATABASE.tags(PoolMeter.COUNT))
        .containsExactly("db.client.connection.pool.name", "db.client.connection.state");
  }

  @Test
  void nothingOfOursIsInTheNameSpaceOfTheConventions() {
    assertThat(Arrays.stream(PoolMeter.values()).filter(meter -> !meter.isConvention()))
        .extracting(MeterNames.DATABASE::of)
        .allMatch(name -> name.startsWith("weir.pool."));
    assertThat(MeterNames.DATABASE.reason()).startsWith("weir.pool.");
  }

  @Test
  void theGenericFormDiffersInThePrefixOnly() {
    for (PoolMeter meter : PoolMeter.values()) {
      assertThat(MeterNames.GENERIC.of(meter)).startsWith("weir.pool.connection.");
      assertThat(MeterNames.DATABASE.of(meter))
          .endsWith(MeterNames.GENERIC.of(meter).substring("weir.pool".length()));
      assertThat(MeterNames.under("acme.sockets", "server").of(meter))
          .isEqualTo(MeterNames.GENERIC.of(meter).replace("weir.pool.", "acme.sockets."));
    }
  }

  /** Prometheus reserves some ends of names, and a registry mends what is not to its taste. */
  @Test
  void prometheusShowsEveryMeterUnderItsNameAndUnit() throws Exception {
    for (MeterNames names : List.of(MeterNames.DATABASE, MeterNames.GENERIC)) {
      var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      PoolMeters meters = PoolMeters.of("orders", names);
      meters.bindTo(registry);
      try (Pool<FakeConnection> pool =
          new PoolKit().pool(FakeFactory.opensAtOnce()).listener(meters).build()) {
        meters.watch(pool);
        pool.acquire().close();
        Set<String> shown = families(registry.scrape());
        assertThat(shown)
            .containsExactlyInAnyOrderElementsOf(
                Stream.of(PoolMeter.values()).flatMap(meter -> families(names, meter)).toList());
      }
    }
  }

  @Test
  void prometheusShowsTheStateOfConnectionsAsTheConventionsDo() throws Exception {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    PoolMeters meters = PoolMeters.of("orders", MeterNames.DATABASE);
    meters.bindTo(registry);
    try (Pool<FakeConnection> pool = new PoolKit().pool(FakeFactory.opensAtOnce()).build()) {
      pool.acquire().close();
      meters.watch(pool);
      assertThat(registry.scrape())
          .contains(
              "db_client_connection_count{db_client_connection_pool_name=\"orders\","
                  + "db_client_connection_state=\"idle\"} 1.0");
    }
  }

  static Stream<String> families(MeterNames names, PoolMeter meter) {
    String name = names.of(meter).replace('.', '_');
    if (meter.kind() == Kind.COUNTER) {
      return Stream.of(name + "_total");
    }
    boolean isTime = meter.kind() == Kind.TIMER || name.endsWith("_quantile");
    String unit = isTime ? "_seconds" : "";
    return meter == PoolMeter.CREATE_TIME
        ? Stream.of(name + unit, name + unit + "_max")
        : Stream.of(name + unit);
  }

  private static Set<String> families(String page) {
    Set<String> families = new TreeSet<>();
    for (String line : page.split("\n")) {
      if (line.startsWith("# TYPE ")) {
        families.add(line.split(" ")[2]);
      }
    }
    return families;
  }
}
