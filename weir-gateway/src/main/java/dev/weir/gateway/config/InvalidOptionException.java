package dev.weir.gateway.config;

/**
 * A record refuses the value of one of its options. The reader turns it into a {@link ConfigError}
 * that has the place.
 */
public final class InvalidOptionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String option;
  private final String value;
  private final String expected;

  /**
   * @param option the option's name in the file
   * @param value what was given
   * @param expected what was expected, such as {@code "at least 1"}
   */
  public InvalidOptionException(String option, Object value, String expected) {
    super(option + ": " + value + "; expected " + expected);
    this.option = option;
    this.value = value.toString();
    this.expected = expected;
  }

  /** The option's name in the file. */
  public String option() {
    return option;
  }

  /** What was given. */
  public String value() {
    return value;
  }

  /** What was expected. */
  public String expected() {
    return expected;
  }
}
