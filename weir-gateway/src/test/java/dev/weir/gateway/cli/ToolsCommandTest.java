package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ToolsCommandTest {
  private ScriptedServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void toolsArePrintedWithTheirArgumentsAndWhatTheyDo() {
    server.result(
        "tools/list",
        """
        {"tools":[
          {"name":"echo","description":"Says it again.\\nTwice.","inputSchema":{"type":"object",
            "properties":{"message":{"type":"string"},"times":{"type":["integer","null"]},
              "tags":{"type":"array","items":{"type":"string"}},"how":{"enum":["low","high"]}},
            "required":["message"]}},
          {"name":"now","inputSchema":{"type":"object"}}]}
        """);
    assertThat(CommandRun.of("tools", server.url()).out())
        .isEqualTo(
            """
            echo(message: string, times?: integer | null, tags?: string[], how?: "low" | "high")
                Says it again.
                Twice.
            now()
            """);
  }

  @Test
  void everyPageIsAskedFor() {
    server.on(
        "tools/list",
        (exchange, id) ->
            ScriptedServer.json(
                exchange,
                id,
                id.equals("2")
                    ? "{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":\"c\"}"
                    : "{\"tools\":[{\"name\":\"b\"}]}"));
    assertThat(CommandRun.of("tools", server.url()).out()).isEqualTo("a()\nb()\n");
    assertThat(server.received(3).at("/params/cursor").asString()).isEqualTo("c");
  }

  @Test
  void onATerminalNamesAreBoldAndHarmless() {
    server.result("tools/list", "{\"tools\":[{\"name\":\"x\\u001b[31m\"}]}");
    assertThat(CommandRun.onATerminal("tools", server.url()).out())
        .contains("\033[1mx\uFFFD[31m\033[");
  }

  @Test
  void aServerWithoutToolsIsSaidToHaveNone() {
    server.result("tools/list", "{\"tools\":[]}");
    assertThat(CommandRun.of("tools", server.url()))
        .isEqualTo(new CommandRun(0, "", "weir: the server has no tools\n"));
    assertThat(CommandRun.of("tools", server.url(), "--json").out()).contains("\"tools\" : [ ]");
  }
}
