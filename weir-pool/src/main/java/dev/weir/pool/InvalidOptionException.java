package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/**
 * An option has a value that it cannot have. Names the option, the value, and what was expected.
 */
public final class InvalidOptionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String option;
  private final String expected;

  /**
   * @param option in its Java form, such as {@code maxLifetime}
   * @param value what was given
   * @param expected what would have been right, such as "a duration, 0s or more"
   */
  public InvalidOptionException(String option, @Nullable Object value, String expected) {
    super(
        Options.dashed(option)
            + ": "
            + (value == null ? "nothing" : Options.text(value))
            + " is not possible; expected "
            + expected);
    this.option = option;
    this.expected = expected;
  }

  /** The option in its Java form. */
  public String option() {
    return option;
  }

  /** What would have been right. */
  public String expected() {
    return expected;
  }
}
