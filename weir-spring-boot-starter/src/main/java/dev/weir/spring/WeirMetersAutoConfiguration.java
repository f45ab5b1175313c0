package dev.weir.spring;

import dev.weir.jdbc.WeirDataSource;
import dev.weir.metrics.MeterNames;
import dev.weir.metrics.PoolMeters;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;

/**
 * The pool's meters, by the names of OpenTelemetry for databases. They are the pool's listener as
 * well, so that openings and departures are counted from the first connection on.
 */
@AutoConfiguration(
    after = WeirDataSourceAutoConfiguration.class,
    before = DataSourceAutoConfiguration.class)
@ConditionalOnClass({MeterRegistry.class, PoolMeters.class})
@ConditionalOnBean(WeirDataSource.class)
public final class WeirMetersAutoConfiguration {
  @Bean(destroyMethod = "close")
  PoolMeters weirPoolMeters(DataSourceProperties properties) {
    String name = properties.getName();
    return PoolMeters.of(name == null ? "dataSource" : name, MeterNames.DATABASE);
  }

  @Bean
  SmartInitializingSingleton weirPoolIsWatched(PoolMeters meters, WeirDataSource dataSource) {
    return () -> meters.watch(dataSource.pool());
  }
}
