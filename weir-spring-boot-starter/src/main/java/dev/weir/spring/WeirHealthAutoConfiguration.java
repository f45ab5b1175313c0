package dev.weir.spring;

import dev.weir.jdbc.WeirDataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The pool's health, beside the one that Spring Boot takes from a connection. */
@AutoConfiguration(
    after = WeirDataSourceAutoConfiguration.class,
    before = DataSourceAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(WeirDataSource.class)
@ConditionalOnEnabledHealthIndicator("weirPool")
public final class WeirHealthAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(name = "weirPoolHealthIndicator")
  HealthIndicator weirPoolHealthIndicator(WeirDataSource dataSource) {
    return new PoolHealth(dataSource.pool());
  }
}
