package dev.weir.gateway.cli;

/** What a server or the way to it made of a request. */
sealed class McpException extends Exception {
  private static final long serialVersionUID = 1L;

  private McpException(String message) {
    super(message);
  }

  /** No MCP server answered: nothing listens there, or what listens is something else. */
  static final class Unreachable extends McpException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message) {
      super(message);
    }
  }

  /** The time was up. Whether the server did what it was asked is not known. */
  static final class TimedOut extends McpException {
    private static final long serialVersionUID = 1L;

    TimedOut(String message) {
      super(message);
    }
  }

  /** The connection was lost, or broke the rules, after the request was sent. */
  static final class Broken extends McpException {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }

  /** The server answered with a JSON-RPC error. */
  static final class Refused extends McpException {
    private static final long serialVersionUID = 1L;

    private final int code;

    Refused(int code, String message) {
      super(message);
      this.code = code;
    }

    int code() {
      return code;
    }
  }
}
