package dev.weir.mcp.internal.upstream;

/** A call ended because nobody wants its answer any more; never leaves this package. */
final class CallGivenUp extends Exception {
  private static final long serialVersionUID = 1L;

  CallGivenUp(Throwable cause) {
    super("given up", cause);
  }
}
