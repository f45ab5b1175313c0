package dev.weir.bench.workloads;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.stream.Collectors;

/** Settings as a page names them. */
final class Words {
  private Words() {}

  /** As short as it can be said: {@code 1.5}, {@code 20}. */
  static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** {@code 10, 25, 50}. */
  static String list(Collection<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
