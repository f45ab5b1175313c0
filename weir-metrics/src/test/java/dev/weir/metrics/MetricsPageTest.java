package dev.weir.metrics;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.metrics.MeterNames.Source;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} is made from the names in the code; {@code -Ddocs=write} rewrites it. */
class MetricsPageTest {
  private static final Path PAGE = root().resolve("docs/metrics.md");

  private static final String HEAD =
      """
      # Metrics of a pool

      `weir-metrics` shows what a pool does to Micrometer, to JMX and to Java Flight Recorder. What the gateway counts besides is in [operations.md](operations.md), what a database and PgBouncer say of themselves in [database.md](database.md).

      ```java
      PoolMeters meters = PoolMeters.of("orders", MeterNames.DATABASE);
      meters.bindTo(registry);
      PoolListener listener = PoolListener.of(meters, PoolFlightEvents.ofPool("orders"));
      Pool<Connection> pool = Pool.builder(factory).name("orders").listener(listener).build();
      meters.watch(pool);
      PoolBeans beans = PoolBeans.register(pool);
      ```

      Close `meters` and `beans` when the pool is closed. Neither keeps a pool that was forgotten: both hold it weakly, and go when they are next read. Nothing here
      makes an acquire slower that finds a connection ready: statistics are read when somebody asks, and the events are those of what is rare.

      This page is made from the code.
      """;

  private static final String METERS =
      """

      ## Meters

      Names and tags for pools of database connections are those of the OpenTelemetry semantic conventions %s (status there: development); what they have no
      name for is under `weir.pool`. Pools of anything else have `MeterNames.GENERIC`, or a prefix of their own: `MeterNames.under("acme.sockets", "server")`.
      Prometheus shows `.` as `_`, counters with `_total`, times with `_seconds`. For OTLP set the registry's `baseTimeUnit` to seconds.

      All meters of a scrape show one moment, 100 ms ago at most. Those marked * need the `PoolMeters` to be the pool's listener.

      | database pools | other pools | | tags | |
      |---|---|---|---|---|
      """;

  private static final String KEYS =
      """

      Of a keyed pool the meters show all keys together. `meters.watch(pool, most, key -> label)` adds the tag `%s` (`%s`) to `connection.count` and
      `connection.pending_requests`, for so many labels at most; further ones count as `%s`. There is no other way for a key into a label: keys may be secrets.
      """;

  private static final String JMX =
      """

      ## JMX

      `dev.weir.pool:type=Pool,name="NAME"`, for a keyed pool `type=KeyedPool`. Open types only, so a console needs no class of Weir.

      """;

  private static final String EVENTS =
      """

      ## Flight Recorder

      No event is about a lease that found a ready connection. `PoolFlightEvents.ofPool(name)` writes that name; `byKey()` writes `NAME/KEY` for keyed pools.
      They are on in every recording; `jcmd PID JFR.start +dev.weir.pool.AcquireWait#waitThreshold=50ms` changes what counts as a long wait. Causes are
      written with their messages: a recording is as confidential as a log.

      | event | fields | |
      |---|---|---|
      """;

  @Test
  void thePageSaysWhatTheCodeDeclares() throws IOException {
    String page = HEAD + meters() + jmx() + events();
    if ("write".equals(System.getProperty("docs"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("mvn -pl weir-metrics -am test -Ddocs=write mends it").hasContent(page);
  }

  private static String meters() {
    StringBuilder section = new StringBuilder(METERS.formatted(MeterNames.SEMANTIC_CONVENTIONS));
    for (PoolMeter meter : PoolMeter.values()) {
      section.append(
          row(
              code(MeterNames.DATABASE.of(meter)) + (meter.source() == Source.EVENTS ? " *" : ""),
              code(MeterNames.GENERIC.of(meter)),
              meter.kind().name().toLowerCase(Locale.ROOT),
              codes(MeterNames.GENERIC.tags(meter).stream()),
              meter.about()));
    }
    section
        .append("\nThe tags of database pools: ")
        .append(codes(MeterNames.DATABASE.tags(PoolMeter.COUNT).stream()))
        .append(", ")
        .append(codes(Stream.of(MeterNames.DATABASE.reason(), MeterNames.DATABASE.quantile())))
        .append(".\n")
        .append(
            KEYS.formatted(MeterNames.GENERIC.key(), MeterNames.DATABASE.key(), KeyLabels.OTHER));
    return section.toString();
  }

  private static String jmx() {
    return JMX
        + "Attributes: "
        + codes(attributes(PoolNumbers.class))
        + "; of a keyed pool also "
        + codes(attributes(KeyedPoolMXBean.class))
        + ".\n\nOperations: "
        + codes(operations(PoolNumbers.class))
        + "; of a pool without keys also "
        + codes(operations(PoolMXBean.class))
        + ".\n";
  }

  private static Stream<String> attributes(Class<?> bean) {
    return Arrays.stream(bean.getDeclaredMethods())
        .map(Method::getName)
        .filter(MetricsPageTest::isGetter)
        .map(name -> name.replaceFirst("get|is", ""))
        .sorted();
  }

  private static Stream<String> operations(Class<?> bean) {
    return Arrays.stream(bean.getDeclaredMethods())
        .map(Method::getName)
        .filter(name -> !isGetter(name))
        .sorted();
  }

  private static boolean isGetter(String method) {
    return method.matches("(get|is)[A-Z].*");
  }

  private static String events() {
    StringBuilder section = new StringBuilder(EVENTS);
    List<String> ofAllEvents = List.of("startTime", "duration", "eventThread", "stackTrace");
    for (var event : FlightEvents.ALL) {
      EventType type = EventType.getEventType(event);
      section.append(
          row(
              code(type.getName()),
              codes(
                  type.getFields().stream()
                      .map(ValueDescriptor::getName)
                      .filter(name -> !ofAllEvents.contains(name))),
              Objects.requireNonNull(type.getDescription())));
    }
    return section.toString();
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String codes(Stream<String> texts) {
    return texts.map(MetricsPageTest::code).collect(joining(", "));
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("docs/architecture.md"))) {
      at = Objects.requireNonNull(at.getParent(), "not in the project's tree");
    }
    return at;
  }
}
