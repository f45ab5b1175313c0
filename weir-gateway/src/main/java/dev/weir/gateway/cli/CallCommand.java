package dev.weir.gateway.cli;

import dev.weir.gateway.config.Nearest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir call}: calls one tool and prints what it gives. */
@Command(
    name = "call",
    mixinStandardHelpOptions = true,
    description = "Calls a tool of an MCP server and prints what it gives.",
    footer = {
      "",
      "For example:  weir call http://127.0.0.1:8722/mcp/demo echo '{\"message\":\"hi\"}'",
      "",
      "Exit codes: 0 done, 1 the tool reports an error, 2 wrong usage, 3 no server answered."
    })
final class CallCommand implements Callable<Integer> {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(index = "1", paramLabel = "TOOL", description = "The tool's name.")
  private String tool = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "JSON",
      defaultValue = "{}",
      description = "The arguments as a JSON object; none by default.")
  private String arguments = "{}";

  private final Terminal terminal;

  CallCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ObjectNode params = JsonMapper.shared().createObjectNode().put("name", tool);
    params.set("arguments", parse(arguments));
    params.putObject("_meta").put("progressToken", 1);
    var progress = new ProgressLine(terminal);
    return server.run(progress::onNotification, client -> call(client, params, progress));
  }

  private int call(McpClient client, ObjectNode params, ProgressLine progress)
      throws McpException, InterruptedException {
    JsonNode result;
    try {
      result = client.request("tools/call", params);
    } catch (McpException.Refused e) {
      progress.clear();
      failIfThereIsNoSuchTool(client);
      throw e;
    }
    progress.clear();
    boolean failed = result.path("isError").asBoolean(false);
    if (failed) {
      failIfThereIsNoSuchTool(client);
    }
    new ResultPrinter(terminal).print(result, server.json());
    if (failed) {
      terminal.say("the tool reports an error");
    }
    return failed ? ExitCodes.FAILED : ExitCodes.OK;
  }

  /** Servers say it in many ways, so the list of tools decides. */
  private void failIfThereIsNoSuchTool(McpClient client) throws InterruptedException {
    List<String> names;
    try {
      names = Tools.of(client).stream().map(Tools::name).toList();
    } catch (McpException e) {
      return;
    }
    if (!names.contains(tool)) {
      List<String> near = Nearest.several(tool, names, 3);
      String hint =
          near.isEmpty()
              ? "weir tools lists the " + names.size() + " there are"
              : "did you mean " + String.join(" or ", near) + "?";
      throw new CommandFailure(
          ExitCodes.FAILED, Terminal.withoutControls("no tool '" + tool + "'; " + hint));
    }
  }

  private static JsonNode parse(String json) {
    try {
      JsonNode parsed = STRICT.readTree(json);
      if (parsed.isObject()) {
        return parsed;
      }
    } catch (JacksonException e) {
      throw new CommandFailure(ExitCodes.USAGE, notJson(json, e));
    }
    throw new CommandFailure(
        ExitCodes.USAGE,
        "the arguments are no JSON object; expected one such as '{\"message\":\"hi\"}'");
  }

  private static String notJson(String json, JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    int line = at == null ? 1 : Math.max(1, at.getLineNr());
    int column = at == null ? 1 : Math.max(1, at.getColumnNr());
    String shown = json.lines().skip(line - 1L).findFirst().orElse("");
    return "the arguments are not JSON: "
        + e.getOriginalMessage()
        + " (line "
        + line
        + ", column "
        + column
        + ")\n  "
        + shown
        + "\n  "
        + " ".repeat(column - 1)
        + "^";
  }
}
