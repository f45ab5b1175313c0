package dev.weir.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.WeirDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** A Spring Boot application with the starter among its dependencies. */
@Timeout(120)
class StarterTest {
  private static EmbeddedPostgres postgres;

  /** All that an application has to be. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  /** One that makes its own data source. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class ApplicationOfItsOwn {
    @Bean
    DataSource mine() {
      return new PGSimpleDataSource();
    }
  }

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static ConfigurableApplicationContext run(
      Class<?> application, Map<String, String> properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres");
    arguments.add("--spring.datasource.username=postgres");
    arguments.add("--spring.main.banner-mode=off");
    properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return new SpringApplicationBuilder(application)
        .web(WebApplicationType.NONE)
        .run(arguments.toArray(String[]::new));
  }

  @Test
  void anApplicationGetsItsDataSourceFromWeir() {
    try (ConfigurableApplicationContext context =
        run(
            Application.class,
            Map.of(
                "spring.datasource.weir.max", "3",
                "spring.datasource.weir.acquire-timeout", "2s",
                "spring.datasource.weir.isolation", "serializable"))) {
      WeirDataSource source = context.getBean(WeirDataSource.class);
      assertThat(context.getBean(DataSource.class)).isSameAs(source);
      assertThat(source.pool().options().max()).isEqualTo(3);
      assertThat(source.pool().options().acquireTimeout()).isEqualTo(Duration.ofSeconds(2));
      assertThat(
              new JdbcTemplate(source).queryForObject("show transaction_isolation", String.class))
          .isEqualTo("serializable");
    }
  }

  @Test
  void propertiesOfHikariMoveWithTheApplication() {
    try (ConfigurableApplicationContext context =
        run(
            Application.class,
            Map.of(
                "spring.datasource.hikari.maximum-pool-size", "7",
                "spring.datasource.hikari.minimum-idle", "1",
                "spring.datasource.weir.max-waiters", "9"))) {
      WeirDataSource source = context.getBean(WeirDataSource.class);
      assertThat(source.pool().options().max()).isEqualTo(7);
      assertThat(source.pool().options().min()).isEqualTo(1);
      assertThat(source.pool().options().acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
      assertThat(source.pool().options().maxWaiters()).isEqualTo(9);
    }
  }

  @Test
  void metersAndHealthAreThere() {
    try (ConfigurableApplicationContext context = run(Application.class, Map.of())) {
      new JdbcTemplate(context.getBean(DataSource.class)).execute("select 1");
      MeterRegistry registry = context.getBean(MeterRegistry.class);
      assertThat(registry.getMeters())
          .anySatisfy(
              meter -> assertThat(meter.getId().getName()).startsWith("db.client.connection"));
      assertThat(health(context).getStatus()).isEqualTo(Status.UP);
      assertThat(health(context).getDetails()).containsKeys("pool", "leased", "idle", "max");
      context.getBean(WeirDataSource.class).pool().suspend();
      assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
    }
  }

  private static Health health(ConfigurableApplicationContext context) {
    HealthIndicator indicator = context.getBean("weirPoolHealthIndicator", HealthIndicator.class);
    return Objects.requireNonNull(indicator.health());
  }

  @Test
  void anApplicationWithItsOwnDataSourceKeepsIt() {
    try (ConfigurableApplicationContext context = run(ApplicationOfItsOwn.class, Map.of())) {
      assertThat(context.getBeansOfType(DataSource.class)).containsOnlyKeys("mine");
      assertThat(context.getBeansOfType(WeirDataSource.class)).isEmpty();
    }
  }

  @Test
  void theDataSourceEndsWithTheApplication() {
    WeirDataSource source;
    try (ConfigurableApplicationContext context = run(Application.class, Map.of())) {
      source = context.getBean(WeirDataSource.class);
      assertThat(source.pool().isHealthy()).isTrue();
    }
    assertThat(source.pool().isHealthy()).isFalse();
  }
}
