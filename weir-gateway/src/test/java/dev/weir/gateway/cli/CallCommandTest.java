package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallCommandTest {
  private static final String HI = "{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}";

  @TempDir Path directory;

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
  void theTextOfAResultIsPrintedAsItIs() {
    server.result("tools/call", HI);
    CommandRun run = CommandRun.of("call", server.url(), "echo", "{\"message\":\"hi\"}");
    assertThat(run).isEqualTo(new CommandRun(0, "hi\n", ""));
    assertThat(server.received(2).at("/params/name").asString()).isEqualTo("echo");
    assertThat(server.received(2).at("/params/arguments/message").asString()).isEqualTo("hi");
  }

  @Test
  void aConversationShakesHandsNamesItsSessionAndEndsIt() {
    server.result("tools/call", HI);
    CommandRun.of("call", server.url(), "echo", "--header", "Authorization: Bearer t");
    assertThat(server.methods())
        .containsExactly("initialize", "notifications/initialized", "tools/call", "DELETE");
    assertThat(server.headers())
        .containsExactly(
            "null null Bearer t",
            "s1 2025-11-25 Bearer t",
            "s1 2025-11-25 Bearer t",
            "s1 2025-11-25 Bearer t");
  }

  @Test
  void aTokenComesFromAFileAndAHeaderThatIsGivenIsStronger() throws Exception {
    server.result("tools/call", HI);
    Path file = Files.writeString(directory.resolve("token"), "weir_t\n");
    CommandRun.of("call", server.url(), "echo", "--token-file", file.toString());
    CommandRun.of(
        "call", server.url(), "echo", "--token-file", file.toString(), "-H", "authorization: mine");
    assertThat(server.headers()).contains("null null Bearer weir_t", "null null mine");
  }

  @Test
  void aFileWithoutATokenIsWrongUsageAndWhatIsInItIsNotShown() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "two words\nX: hunter2");
    for (String wrong : List.of(file.toString(), file + "-not-there")) {
      CommandRun run = CommandRun.of("call", server.url(), "echo", "--token-file", wrong);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(wrong, "expected").doesNotContain("hunter2");
    }
    assertThat(server.methods()).isEmpty();
  }

  @Test
  void anAnswerMayComeAsTheLastOfSeveralEvents() {
    server.events(
        "tools/call",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}}",
        "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":" + HI + "}");
    assertThat(CommandRun.of("call", server.url(), "echo"))
        .isEqualTo(new CommandRun(0, "hi\n", ""));
  }

  @Test
  void progressIsShownOnATerminalAndTakenAwayBeforeTheResult() {
    server.events(
        "tools/call",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
            + "{\"progressToken\":1,\"progress\":1,\"total\":4,\"message\":\"reading\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":" + HI + "}");
    CommandRun run = CommandRun.onATerminal("call", server.url(), "echo");
    assertThat(run.err()).isEqualTo("\r\033[K25 % reading\r\033[K");
    assertThat(run.out()).isEqualTo("hi\n");
  }

  @Test
  void aServersPingIsAnsweredAndItsOtherRequestsAreRefused() {
    server.events(
        "tools/call",
        "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"sampling/createMessage\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":" + HI + "}");
    assertThat(CommandRun.of("call", server.url(), "echo").exitCode()).isZero();
    assertThat(server.received(3)).hasToString("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}");
    assertThat(server.received(4).path("id").asInt()).isEqualTo(7);
    assertThat(server.received(4).at("/error/code").asInt()).isEqualTo(-32601);
  }

  @Test
  void aStreamThatEndsEarlyIsAskedForItsRest() {
    server.on(
        "tools/call",
        (exchange, _) ->
            ScriptedServer.send(exchange, 200, "text/event-stream", "id: e1\ndata:\n\n"));
    server.on(
        "GET",
        (exchange, lastEventId) ->
            ScriptedServer.send(
                exchange,
                200,
                "text/event-stream",
                lastEventId.equals("e1")
                    ? "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":" + HI + "}\n\n"
                    : ""));
    assertThat(CommandRun.of("call", server.url(), "echo"))
        .isEqualTo(new CommandRun(0, "hi\n", ""));
  }

  @Test
  void aStreamThatEndsWithoutAnAnswerIsAFailure() {
    server.events("tools/call");
    CommandRun run = CommandRun.of("call", server.url(), "echo");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo("weir: the server closed the stream before the answer\n");
  }

  @Test
  void whatIsNotTextIsSummedUpInALine() {
    server.result(
        "tools/call",
        """
        {"content":[
          {"type":"image","mimeType":"image/png","data":"AAAAAAAA"},
          {"type":"resource_link","uri":"file:///a","name":"a"},
          {"type":"resource","resource":{"uri":"b:1","mimeType":"x/y","blob":"AAA="}},
          {"type":"resource","resource":{"uri":"c:1","text":"the text"}}]}
        """);
    assertThat(CommandRun.of("call", server.url(), "get").out())
        .isEqualTo(
            """
            [image, image/png, 6B]
            [link to file:///a, a]
            [resource b:1, x/y, 2B]
            the text
            """);
  }

  @Test
  void structuredContentIsPrintedOnceAlthoughTheTextRepeatsIt() {
    server.result(
        "tools/call",
        "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"a\\\":1}\"}],\"structuredContent\":{\"a\":1}}");
    assertThat(CommandRun.of("call", server.url(), "get").out()).isEqualTo("{\n  \"a\" : 1\n}\n");
  }

  @Test
  void theWholeResultIsPrintedAsJsonOnRequest() {
    server.result("tools/call", HI);
    assertThat(CommandRun.of("call", server.url(), "echo", "--json").out())
        .contains("\"content\"", "\"type\" : \"text\"");
  }

  @Test
  void aServerCannotSteerTheTerminal() {
    server.result(
        "tools/call", "{\"content\":[{\"type\":\"text\",\"text\":\"a\\u001b[2Jb\\nc\\td\"}]}");
    assertThat(CommandRun.onATerminal("call", server.url(), "x").out())
        .isEqualTo("a\uFFFD[2Jb\nc\td\n");
    assertThat(CommandRun.of("call", server.url(), "x").out()).contains("\033[2J");
  }

  @Test
  void anErrorOfTheToolIsPrintedAndMakesTheCommandFail() {
    server.result(
        "tools/call", "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no disk\"}]}");
    server.result("tools/list", "{\"tools\":[{\"name\":\"write\"}]}");
    assertThat(CommandRun.of("call", server.url(), "write"))
        .isEqualTo(new CommandRun(1, "no disk\n", "weir: the tool reports an error\n"));
  }

  @Test
  void aSlipInTheToolsNameNamesTheNearest() {
    server.on("tools/call", (exchange, id) -> ScriptedServer.error(exchange, id, -32602, "what?"));
    server.result("tools/list", "{\"tools\":[{\"name\":\"echo\"},{\"name\":\"add\"}]}");
    CommandRun run = CommandRun.of("call", server.url(), "ehco");
    assertThat(run).isEqualTo(new CommandRun(1, "", "weir: no tool 'ehco'; did you mean echo?\n"));
  }

  @Test
  void aRefusalOfAToolThatThereIsKeepsItsCode() {
    server.on("tools/call", (exchange, id) -> ScriptedServer.error(exchange, id, -32602, "bad x"));
    server.result("tools/list", "{\"tools\":[{\"name\":\"echo\"}]}");
    assertThat(CommandRun.of("call", server.url(), "echo"))
        .isEqualTo(new CommandRun(1, "", "weir: the server refused: bad x (-32602)\n"));
  }

  @Test
  void argumentsThatAreNotJsonAreShownWithTheirPlace() {
    CommandRun run = CommandRun.of("call", server.url(), "echo", "{message: 1}");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("weir: the arguments are not JSON: ")
        .contains("(line 1, column 2)")
        .contains("  {message: 1}\n   ^");
    assertThat(server.methods()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "\"hi\"", "", "{} {}"})
  void argumentsThatAreNoSingleObjectAreRefused(String arguments) {
    CommandRun run = CommandRun.of("call", server.url(), "echo", arguments);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("weir: the arguments are ");
  }

  @Test
  void nothingThatListensIsUnreachable() throws Exception {
    // Bound and not listening: nobody else can take the port meanwhile.
    try (var taken = new Socket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String url = "http://127.0.0.1:" + taken.getLocalPort() + "/mcp";
      assertThat(CommandRun.of("call", url, "echo"))
          .isEqualTo(
              new CommandRun(3, "", "weir: nothing answers at " + url + ": connection refused\n"));
    }
  }

  @Test
  void aPathWithoutAServerIsUnreachable() {
    CommandRun run = CommandRun.of("call", server.url().replace("/mcp", "/other"), "echo");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).startsWith("weir: no MCP server at ").contains("HTTP 404");
  }

  @Test
  void aServerThatWantsCredentialsPointsToTheHeader() {
    server.on("initialize", (exchange, _) -> ScriptedServer.send(exchange, 401, "text/plain", ""));
    CommandRun run = CommandRun.of("call", server.url(), "echo");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("HTTP 401").contains("--header");
  }

  @Test
  void aPageInsteadOfAnAnswerIsUnreachable() {
    server.on(
        "initialize", (exchange, _) -> ScriptedServer.send(exchange, 200, "text/html", "<html>"));
    CommandRun run = CommandRun.of("call", server.url(), "echo");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("is no MCP server");
  }

  @Test
  void aSilentServerIsGivenUpAndToldSo() {
    server.on("tools/call", (exchange, _) -> exchange.sendResponseHeaders(200, 0));
    CommandRun run = CommandRun.of("call", server.url(), "echo", "--timeout", "3s");
    assertThat(run).isEqualTo(new CommandRun(1, "", "weir: no answer within 3.0 s\n"));
    assertThat(server.methods()).contains("notifications/cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense url", "ftp://x/y", "http://"})
  void whatIsNoUrlIsWrongUsage(String url) {
    CommandRun run = CommandRun.of("call", url, "echo");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("is no URL of a server");
  }

  @Test
  void optionsThatMakeNoSenseAreWrongUsage() {
    assertThat(CommandRun.of("call", server.url(), "echo", "--timeout", "soon").err())
        .contains("--timeout: expected a duration");
    assertThat(CommandRun.of("call", server.url(), "echo", "--header", "x").err())
        .contains("--header: expected \"NAME: VALUE\"");
    assertThat(CommandRun.of("call", server.url()).exitCode()).isEqualTo(2);
  }
}
