package dev.weir.gateway.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir tools}: lists the tools of a server, with their arguments. */
@Command(
    name = "tools",
    mixinStandardHelpOptions = true,
    description = "Lists the tools of an MCP server.",
    footer = {"", "For example:  weir tools http://127.0.0.1:8722/mcp/demo"})
final class ToolsCommand implements Callable<Integer> {
  @Mixin private ServerOptions server = new ServerOptions();

  private final Terminal terminal;

  ToolsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    return server.run(
        (_, _) -> {},
        client -> {
          List<JsonNode> tools = Tools.of(client);
          if (server.json()) {
            var result = JsonMapper.shared().createObjectNode();
            result.putArray("tools").addAll(tools);
            terminal.out().println(result.toPrettyString());
          } else {
            tools.forEach(this::print);
          }
          terminal.out().flush();
          if (tools.isEmpty() && !server.json()) {
            terminal.say("the server has no tools");
          }
          return ExitCodes.OK;
        });
  }

  private void print(JsonNode tool) {
    String name = terminal.harmless(Tools.name(tool));
    // Not through the markup: a name may hold what looks like it.
    String bold = terminal.styled("@|bold x|@").replace("x", name);
    terminal.out().println(bold + "(" + terminal.harmless(Tools.arguments(tool)) + ")");
    String about = tool.path("description").asString(tool.path("title").asString(""));
    about
        .strip()
        .lines()
        .limit(4)
        .forEach(line -> terminal.out().println("    " + terminal.harmless(line.strip())));
  }
}
