package dev.weir.spring;

import dev.weir.jdbc.Credentials;
import dev.weir.jdbc.JdbcBuilder;
import dev.weir.jdbc.WeirDataSource;
import dev.weir.pool.PoolListener;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * The application's data source: {@code spring.datasource.url}, {@code username} and {@code
 * password}, or what a container tells in their place; and every option of Weir by its name under
 * {@code spring.datasource.weir}. Where there are properties under {@code
 * spring.datasource.hikari}, they count as HikariCP would have read them, and Weir's own beat them.
 *
 * <p>Steps back where the application has a data source of its own, has no URL, or asks for another
 * {@code spring.datasource.type}.
 */
@AutoConfiguration(before = DataSourceAutoConfiguration.class)
@ConditionalOnMissingBean({DataSource.class, XADataSource.class})
@ConditionalOnProperty(
    name = "spring.datasource.type",
    havingValue = "dev.weir.jdbc.WeirDataSource",
    matchIfMissing = true)
@Conditional(WeirDataSourceAutoConfiguration.LeadsSomewhere.class)
@EnableConfigurationProperties(DataSourceProperties.class)
public final class WeirDataSourceAutoConfiguration {
  static final String OPTIONS = "spring.datasource.weir";
  private static final String HIKARI = "spring.datasource.hikari";

  /** Whether there is a URL, or somebody who knows one. */
  static final class LeadsSomewhere extends AnyNestedCondition {
    LeadsSomewhere() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty("spring.datasource.url")
    static final class Url {}

    @ConditionalOnBean(JdbcConnectionDetails.class)
    static final class Details {}
  }

  @Bean(destroyMethod = "close")
  WeirDataSource dataSource(
      DataSourceProperties properties,
      ObjectProvider<JdbcConnectionDetails> details,
      ObjectProvider<PoolListener> listeners,
      Environment environment) {
    Map<String, String> hikari = under(HIKARI, environment);
    Properties known = new Properties();
    known.putAll(hikari);
    JdbcBuilder builder =
        hikari.isEmpty() ? WeirDataSource.builder() : WeirDataSource.fromHikari(known);
    String name = properties.getName();
    builder.property("name", name == null ? "dataSource" : name);
    JdbcConnectionDetails told = details.getIfAvailable();
    if (told != null) {
      builder.url(told::getJdbcUrl);
      if (told.getUsername() != null) {
        // Asked again for each connection: a container may tell something else by then.
        builder.credentials(
            () -> new Credentials(orEmpty(told.getUsername()), orEmpty(told.getPassword())));
      }
    } else {
      builder.url(properties.determineUrl());
      String user = properties.getUsername();
      if (user != null) {
        builder.user(user).password(orEmpty(properties.getPassword()));
      }
    }
    under(OPTIONS, environment).forEach(builder::property);
    listeners.orderedStream().forEach(listener -> builder.pool(pool -> pool.listener(listener)));
    return builder.build();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static Map<String, String> under(String prefix, Environment environment) {
    return Binder.get(environment)
        .bind(prefix, Bindable.mapOf(String.class, String.class))
        .orElse(Map.of());
  }
}
