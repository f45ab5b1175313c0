package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PgBouncerVersionTest {
  @ParameterizedTest
  @CsvSource({
    "1.18, 1.18.0",
    "1.24.1, 1.24.1",
    "PgBouncer 1.18.0, 1.18.0",
    "PgBouncer 1.25.0dev, 1.25.0",
    "1.21.0-1+deb12u1, 1.21.0"
  })
  void versionsAreReadAsUsersAndServersWriteThem(String text, String version) {
    assertThat(PgBouncerVersion.parse(text)).hasToString(version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "PostgreSQL 18.6", "x1.18", "99999.1"})
  void whatIsNoVersionIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> PgBouncerVersion.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining("such as 1.18");
  }

  @Test
  void theDriverMayPrepareOnlyWherePgBouncerKeepsStatementsApart() {
    assertThat(PgBouncerVersion.parse("1.20.9").driverProperties(200))
        .containsExactly(java.util.Map.entry("prepareThreshold", "0"));
    assertThat(PgBouncerVersion.parse("1.21").driverProperties(0))
        .containsExactly(java.util.Map.entry("prepareThreshold", "0"));
    assertThat(PgBouncerVersion.parse("1.21").driverProperties(100)).isEmpty();
    assertThat(PgBouncerVersion.parse("2.0").driverProperties(1)).isEmpty();
  }

  @Test
  void versionsAreOrderedByNumbersAndNotByText() {
    assertThat(PgBouncerVersion.parse("1.9.0")).isLessThan(PgBouncerVersion.parse("1.18"));
  }
}
