package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.kit.Postgres;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.PoolOptions;
import java.sql.Connection;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Configuration by the names that HikariCP gives. */
@Timeout(120)
class HikariPropertiesTest {
  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  /** Nothing listens there; the pool is built all the same. */
  private static PoolOptions options(String... more) {
    Properties properties = properties(more);
    properties.setProperty("jdbcUrl", "jdbc:postgresql://127.0.0.1:1/x");
    properties.setProperty("initializationFailTimeout", "-1");
    try (WeirDataSource db = WeirDataSource.fromHikari(properties).build()) {
      return db.pool().options();
    }
  }

  @Test
  void whatIsNotSetIsAsHikariHasIt() {
    PoolOptions options = options();
    assertThat(options.max()).isEqualTo(10);
    assertThat(options.min()).isEqualTo(10);
    assertThat(options.acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.idleTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(options.maxLifetime()).isEqualTo(Duration.ofMinutes(30));
    assertThat(options.keepAliveInterval()).isEqualTo(Duration.ofMinutes(2));
    assertThat(options.checkTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.leakThreshold()).isZero();
    assertThat(options.startMustSucceed()).isFalse();
    assertThat(options.maxWaiters()).isGreaterThan(100_000);
  }

  @Test
  void theNamesOfHikariAndOfSpringBootMeanTheSame() {
    PoolOptions camel = options("maximumPoolSize", "7", "minimumIdle", "3", "maxLifetime", "60000");
    PoolOptions dashed =
        options(
            "spring.datasource.hikari.maximum-pool-size", "7",
            "spring.datasource.hikari.minimum-idle", "3",
            "spring.datasource.hikari.max-lifetime", "60000");
    assertThat(dashed).isEqualTo(camel);
    assertThat(camel.max()).isEqualTo(7);
    assertThat(camel.min()).isEqualTo(3);
    assertThat(camel.maxLifetime()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void noLimitStaysNoLimit() {
    assertThat(options("connectionTimeout", "0").acquireTimeout()).isEqualTo(Duration.ofDays(1));
    assertThat(options("maxLifetime", "0").maxLifetime()).isZero();
  }

  @Test
  void anUnknownPropertyIsRefusedWithThoseThatAreKnown() {
    assertThatThrownBy(() -> WeirDataSource.fromHikari(properties("maxPoolSize", "7")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("maximumpoolsize");
  }

  @Test
  void aPropertyWithoutEffectIsAccepted() {
    assertThat(options("registerMbeans", "true", "allowPoolSuspension", "true").max())
        .isEqualTo(10);
  }

  @Test
  void aPoolSetUpForHikariWorks() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      Properties byClass =
          properties(
              "dataSourceClassName", "org.postgresql.ds.PGSimpleDataSource",
              "dataSource.serverName", "127.0.0.1",
              "dataSource.portNumber", String.valueOf(postgres.port()),
              "dataSource.databaseName", "postgres",
              "dataSource.user", "postgres",
              "maximumPoolSize", "2",
              "transactionIsolation", "TRANSACTION_REPEATABLE_READ",
              "autoCommit", "false",
              "connectionTestQuery", "select 1",
              "connectionInitSql", "set search_path to pg_catalog");
      Properties byUrl =
          properties(
              "jdbcUrl", postgres.url(),
              "username", "postgres",
              "driverClassName", "org.postgresql.Driver",
              "dataSource.ApplicationName", "moved",
              "maximumPoolSize", "2",
              "transactionIsolation", "TRANSACTION_REPEATABLE_READ",
              "autoCommit", "false",
              "connectionTestQuery", "select 1",
              "connectionInitSql", "set search_path to pg_catalog");
      for (Properties hikari : new Properties[] {byClass, byUrl}) {
        try (WeirDataSource db = WeirDataSource.fromHikari(hikari).build();
            Connection connection = db.getConnection()) {
          assertThat(connection.getAutoCommit()).isFalse();
          assertThat(connection.getSchema()).isEqualTo("pg_catalog");
          assertThat(Shop.ask(connection, "show transaction_isolation"))
              .isEqualTo("repeatable read");
        }
      }
    }
  }
}
