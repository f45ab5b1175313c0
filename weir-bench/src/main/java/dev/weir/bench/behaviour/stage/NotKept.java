package dev.weir.bench.behaviour.stage;

/** A promise was not kept; the message says what was seen. */
public final class NotKept extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotKept(String seen) {
    super(seen);
  }

  public NotKept(String seen, Throwable cause) {
    super(seen + ": " + describe(cause), cause);
  }

  /** An exception in a few words. */
  public static String describe(Throwable failure) {
    String text = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return failure.getClass().getSimpleName() + ": " + text;
  }
}
