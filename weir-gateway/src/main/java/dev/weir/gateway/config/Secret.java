package dev.weir.gateway.config;

/**
 * A value that may be secret: it takes {@link #reveal()} to see it, so that no log line, message or
 * dump shows it by accident.
 *
 * @see SecretReferences
 */
public final class Secret {
  /** Stands where a secret is not shown. */
  public static final String MASK = "***";

  private final String value;
  private final String shown;

  private Secret(String value, String shown) {
    this.value = value;
    this.shown = shown;
  }

  /** A secret that shows nothing of itself. */
  public static Secret of(String value) {
    return new Secret(value, MASK);
  }

  /** A secret that shows the references it was resolved from, such as {@code ${env:TOKEN}}. */
  static Secret resolved(String value, String shown) {
    return new Secret(value, shown);
  }

  /** The value itself. */
  public String reveal() {
    return value;
  }

  /**
   * As it may be written into a configuration: its references, or the value itself when it was
   * written down and does not look secret.
   *
   * @param name of the variable or header
   */
  String written(String name) {
    return shown.equals(MASK) && !SecretGuess.isSecret(name, value)
        ? value.replace("${", "$${")
        : shown;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** What may be seen by anybody: the references it came from, or a mask. */
  @Override
  public String toString() {
    return shown;
  }
}
