package dev.weir.gateway.cli;

/** What the shell is told. */
final class ExitCodes {
  static final int OK = 0;

  /** It was tried and failed; a tool that reports an error counts as failed. */
  static final int FAILED = 1;

  /** The command line or the configuration is wrong; nothing was tried. */
  static final int USAGE = 2;

  /** No MCP server answered at the given URL. */
  static final int UNREACHABLE = 3;

  private ExitCodes() {}
}
