package dev.weir.jdbc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SQL without its values. */
class SqlTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          select * from t where id = 4711              | select * from t where id = ?
          select 'it''s' , x1 from t2                  | select ? , x1 from t2
          select 'never ends                           | select ?
          select $$secret$$, $a$se'cret$a$             | select ?, ?
          select $1, :2, ?3 from t                     | select $1, :2, ?3 from t
          values (1.5, .5, 1e10, 0xFF, -3)             | values (?, ?, ?, ?, ?)
          select '--', 2 -- 'secret'                   | select ?, ?
          select /* 'secret 12' */ 1                   | select ?
          """)
  void valuesAreLeftOut(String sql, String expected) {
    assertThat(SqlText.withoutValues(sql)).isEqualTo(expected);
  }

  @Test
  void aLongStatementIsCut() {
    assertThat(SqlText.withoutValues("select " + "a, ".repeat(1000))).hasSize(401).endsWith("…");
  }
}
