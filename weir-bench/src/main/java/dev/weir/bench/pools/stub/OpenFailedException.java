package dev.weir.bench.pools.stub;

/** The cause that callers ought to be told. */
public final class OpenFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private static final String REFUSED = "stub refused the connection";

  public OpenFailedException() {
    super(REFUSED);
  }

  /** Whether a caller can learn this from what it got: from a cause, or at least from a text. */
  public static boolean isBehind(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause() == t ? null : t.getCause()) {
      if (t instanceof OpenFailedException || String.valueOf(t.getMessage()).contains(REFUSED)) {
        return true;
      }
      for (Throwable other : t.getSuppressed()) {
        if (isBehind(other)) {
          return true;
        }
      }
    }
    return false;
  }
}
