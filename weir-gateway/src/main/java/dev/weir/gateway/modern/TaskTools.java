package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import java.util.ArrayList;
import java.util.List;

/**
 * Tools of legacy servers that run as tasks only (2025-11-25, Tasks, "Tool-Level Negotiation"):
 * modern clients cannot ask for that, so they are not shown what they could not call.
 */
final class TaskTools {
  private static final System.Logger LOG = System.getLogger(TaskTools.class.getName());

  private TaskTools() {}

  /**
   * The same list without them; any other answer is as it was.
   *
   * @param path the route, for the log
   */
  static Envelope leftOut(Envelope answer, String path) {
    String tools = answer.member("tools");
    if (tools == null || !tools.contains("taskSupport")) {
      return answer;
    }
    List<String> callable = new ArrayList<>();
    for (String tool : Results.elements(tools)) {
      var read = Results.tree(tool);
      if (read.path("execution").path("taskSupport").asString("").equals("required")) {
        LOG.log(
            System.Logger.Level.WARNING,
            path
                + ": tool \""
                + read.path("name").asString("")
                + "\" is left out for clients of 2026-07-28: it runs as a task only");
      } else {
        callable.add(tool);
      }
    }
    return answer.withMember("tools", "[" + String.join(",", callable) + "]");
  }
}
