package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** What the advice writes, started. */
@Timeout(300)
class GeneratedFileTest {
  private static final Pattern SETTING = Pattern.compile("^(\\w+) = (.*)$", Pattern.MULTILINE);

  @Test
  void pgBouncerStartsWithItServesAndHasItsValues() throws Exception {
    try (Database database = Database.start();
        PgBouncer bouncer = PgBouncer.prepare()) {
      AdviceOptions options =
          AdviceOptions.defaults()
              .with(
                  Map.of(
                      "version", PgBouncer.version(),
                      "listenPort", bouncer.port(),
                      "authFile", bouncer.authFile().toString(),
                      "consoleUser", PgBouncer.STATS_USER));
      PgBouncerAdvice advice =
          PgBouncerAdvice.of(List.of(pool(database, "orders", Database.USER, 20)), options);
      bouncer.start(advice.pgbouncerIni());
      PGSimpleDataSource source = bouncer.dataSource();
      for (Map.Entry<String, String> told : bouncer.console().driverProperties().entrySet()) {
        source.setProperty(told.getKey(), told.getValue());
      }
      try (Connection connection = source.getConnection();
          ResultSet row = connection.createStatement().executeQuery("SELECT 1")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(1);
      }
      String section = advice.pgbouncerIni().split("\\[pgbouncer]", 2)[1];
      Map<String, String> written =
          SETTING
              .matcher(section)
              .results()
              .collect(Collectors.toMap(found -> found.group(1), GeneratedFileTest::value));
      assertThat(written).hasSizeGreaterThanOrEqualTo(20);
      assertThat(bouncer.console().config()).containsAllEntriesOf(written);
    }
  }

  @Test
  void theNumbersOfEachDatabaseAreThoseOfTheConsole() throws Exception {
    try (Database database = Database.start();
        PgBouncer bouncer = PgBouncer.prepare()) {
      AdviceOptions options =
          AdviceOptions.defaults()
              .with(
                  Map.of(
                      "listenPort", bouncer.port(),
                      "authFile", bouncer.authFile().toString()));
      List<ApplicationPool> pools =
          List.of(
              pool(database, "orders", Database.USER, 30),
              pool(database, "reports", "reader", 2),
              new ApplicationPool(
                  "odd",
                  "localhost",
                  database.port(),
                  "odd.name-2",
                  "o",
                  4,
                  1,
                  Duration.ofSeconds(5)));
      Sizing sizing = new Sizing(pools, options);
      bouncer.start(PgBouncerAdvice.of(pools, options).pgbouncerIni());
      assertThat(bouncer.console().snapshot().databases())
          .extracting(
              PgBouncerDatabase::name,
              PgBouncerDatabase::database,
              PgBouncerDatabase::poolSize,
              PgBouncerDatabase::maxConnections)
          .containsExactlyInAnyOrderElementsOf(
              sizing.databases.stream()
                  .map(
                      row ->
                          org.assertj.core.groups.Tuple.tuple(
                              row.name(), row.name(), row.poolSize(), row.maxConnections()))
                  .toList());
    }
  }

  @Test
  void postgresTakesTheSettings() throws Exception {
    PgBouncerAdvice advice =
        PgBouncerAdvice.of(
            List.of(
                new ApplicationPool(
                    "orders", "localhost", 5432, "shop", "app", 5, 1, Duration.ofSeconds(5))),
            AdviceOptions.defaults().with(Map.of("memoryMib", 1024)));
    Map<String, String> written =
        SETTING
            .matcher(advice.postgresqlConf())
            .results()
            .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
    try (Database database = Database.start(written);
        Connection connection = database.dataSource().getConnection()) {
      for (Map.Entry<String, String> setting : written.entrySet()) {
        try (ResultSet row =
            connection.createStatement().executeQuery("show " + setting.getKey())) {
          row.next();
          String shown = row.getString(1).replaceFirst("^(\\d+)s$", "$1");
          assertThat(shown)
              .as(setting.getKey())
              .isEqualTo(setting.getValue().replaceFirst("^(\\d+)s$", "$1"));
        }
      }
    }
  }

  private static ApplicationPool pool(Database database, String name, String user, int max) {
    return new ApplicationPool(
        name, "localhost", database.port(), Database.NAME, user, max, 2, Duration.ofSeconds(5));
  }

  private static String value(MatchResult found) {
    return found.group(2);
  }
}
