package dev.weir.gateway.cli;

import tools.jackson.databind.JsonNode;

/** Shows progress in one line of a terminal's {@code err}; elsewhere nothing. */
final class ProgressLine {
  private static final String CLEAR_LINE = "\r\033[K";
  private static final int WIDTH = 78;

  private final Terminal terminal;
  private boolean shown;

  ProgressLine(Terminal terminal) {
    this.terminal = terminal;
  }

  void onNotification(String method, JsonNode params) {
    if (method.equals("notifications/progress") && terminal.errIsTerminal()) {
      String line = Terminal.withoutControls(describe(params)).replace('\n', ' ');
      terminal.err().print(CLEAR_LINE + line.substring(0, Math.min(WIDTH, line.length())));
      terminal.err().flush();
      shown = true;
    }
  }

  private static String describe(JsonNode params) {
    double done = params.path("progress").asDouble(0);
    double total = params.path("total").asDouble(0);
    String message = params.path("message").asString("");
    String amount = total > 0 ? Math.round(100 * done / total) + " %" : "step " + number(done);
    return message.isEmpty() ? amount : amount + " " + message;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Makes room for the result. */
  void clear() {
    if (shown) {
      terminal.err().print(CLEAR_LINE);
      terminal.err().flush();
      shown = false;
    }
  }
}
