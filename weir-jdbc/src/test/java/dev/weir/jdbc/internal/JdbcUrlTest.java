package dev.weir.jdbc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.InvalidOptionException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a URL is the driver's, and what the pool's. */
class JdbcUrlTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:x://h/d, jdbc:x://h/d",
    "jdbc:x://h/d?connection_limit=5, jdbc:x://h/d",
    "jdbc:x://h/d?connection_limit=5&a=1, jdbc:x://h/d?a=1",
    "jdbc:x://h/d?a=1&connection_limit=5, jdbc:x://h/d?a=1",
    "jdbc:x://h/d?a=1&connection_limit=5&pool_timeout=3&b=2, jdbc:x://h/d?a=1&b=2",
    "jdbc:s://h;databaseName=d;connection_limit=5;b=2, jdbc:s://h;databaseName=d;b=2"
  })
  void theDriverDoesNotSeeWhatIsThePools(String url, String driver) {
    assertThat(JdbcUrl.parse(url).text()).isEqualTo(driver);
  }

  @Test
  void thePoolGetsItsOptions() {
    assertThat(JdbcUrl.parse("jdbc:x://h/d?connection_limit=5&pool_timeout=3").poolOptions())
        .isEqualTo(Map.of("max", 5, "acquireTimeout", Duration.ofSeconds(3)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"connection_limit=0", "connection_limit=many", "pool_timeout=0"})
  void whatIsNotPossibleIsRefused(String parameter) {
    assertThatThrownBy(() -> JdbcUrl.parse("jdbc:x://h/d?" + parameter))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("a whole number above 0");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:x://h:1/d?password=hush, jdbc:x://h:1/d",
    "jdbc:x://me:hush@h/d, jdbc:x://***@h/d",
    "jdbc:oracle:thin:me/hush@h:1:d, jdbc:oracle:thin:***@h:1:d",
    "jdbc:s://h;password=hush, jdbc:s://h"
  })
  void noMessageShowsASecret(String url, String shown) {
    assertThat(JdbcUrl.shown(url)).isEqualTo(shown);
  }
}
