package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.ConfigFile;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G12: a token's roles say which routes it may use, and which tools on them. */
@Timeout(120)
class RolesTest {
  private static final String READER = NewToken.make();
  private static final String WRITER = NewToken.make();
  private static final String USER = NewToken.make();
  private static final Pattern TOOL = Pattern.compile("\\{\"name\":\"([^\"]*)\",\"inputSchema\"");

  private static final String ROLES =
      """
        roles:
          reader: { routes: [one, three, some], tools: { allow: ["find_*"], deny: [find_secrets] } }
          writer: { routes: [one], tools: { deny: ["find_*"] } }
      """;

  @TempDir Path directory;

  private ListingServer one;
  private ListingServer two;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    one = new ListingServer("one", "find_page", "find_secrets", "delete");
    two = new ListingServer("two", "find_page");
    write(ROLES);
    gateway = TestGateway.serving(file());
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
    two.close();
  }

  private ConfigFile file() {
    return new ConfigFile(directory.resolve("weir.yaml"), UnaryOperator.identity());
  }

  private void write(String roles) throws IOException {
    Files.writeString(
        directory.resolve("weir.yaml"),
        """
        listen: 127.0.0.1:0
        auth:
          tokens:
            ann: { hash: "%s", roles: [reader] }
            bob: { hash: "%s", roles: [reader, writer] }
            eve: { hash: "%s", roles: [user] }
        %supstreams:
          one: { url: "%s" }
          two: { url: "%s" }
          three: { url: "%s", isolation: shared }
        aggregates:
          some: { members: { one: { tools: { rename: { delete: find_delete } } } } }
        """
            .formatted(
                TokenHash.of(READER),
                TokenHash.of(WRITER),
                TokenHash.of(USER),
                roles,
                one.url(),
                two.url(),
                one.url()));
  }

  private WireClient open(String path, String token) throws IOException {
    var client =
        new WireClient(URI.create(gateway.url(path))).with("Authorization", "Bearer " + token);
    assertThat(client.open("2025-11-25", "{}").status()).isEqualTo(200);
    return client;
  }

  private ModernClient modern(String path, String token) {
    var client = new ModernClient(gateway.url(path));
    client.wire().with("Authorization", "Bearer " + token);
    return client;
  }

  private MessageClient webSocket(String token) throws Exception {
    return MessageClient.webSocket(
            gateway.url("/mcp/one"), Map.of("Authorization", "Bearer " + token))
        .open("2025-11-25");
  }

  private static List<String> tools(String list) {
    return TOOL.matcher(list).results().map((MatchResult found) -> found.group(1)).toList();
  }

  private static String call(String tool) {
    return "{\"name\":\"" + tool + "\",\"arguments\":{}}";
  }

  @Test
  void aRouteThatNoRoleNamesIsForbiddenAndNotToldOf() throws IOException {
    for (String path : List.of("/mcp/two", "/mcp", "/mcp/two/sse", "/mcp/two/messages")) {
      String method = path.endsWith("sse") ? "GET" : "POST";
      var client =
          new WireClient(URI.create(gateway.url(path))).with("Authorization", "Bearer " + READER);
      try (WireExchange exchange = client.send(method, Map.of(), "{}", "")) {
        WireClient.Reply reply = exchange.reply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.header("WWW-Authenticate")).contains("insufficient_scope");
      }
    }
    var client =
        new WireClient(URI.create(gateway.url("/mcp/none")))
            .with("Authorization", "Bearer " + READER);
    assertThat(client.post("{}", Map.of()).body())
        .contains("routes: /mcp/one, /mcp/three, /mcp/some\"")
        .doesNotContain("two");
  }

  @Test
  void whatMayNotBeCalledIsNotListedAndNotCalledOverHttp() throws IOException {
    try (WireClient client = open("/mcp/one", READER)) {
      assertThat(tools(client.call("tools/list", "{}").response())).containsExactly("find_page");
      assertThat(client.call("tools/call", call("find_page")).response()).contains("one:find_page");
      for (String tool : List.of("find_secrets", "delete")) {
        assertThat(client.call("tools/call", call(tool)).response())
            .contains("\"error\"", "no tool \\\"" + tool + "\\\"")
            .doesNotContain("one:");
      }
      assertThat(
              client
                  .call("tools/call", call("never_was"))
                  .response()
                  .replace("never_was", "delete"))
          .as("the same as of one that there is")
          .contains("no tool \\\"delete\\\" that this caller may call");
    }
  }

  @Test
  void theSameHoldsOnAWebSocketAndInABatch() throws Exception {
    try (MessageClient client = webSocket(READER);
        WireClient batches =
            new WireClient(URI.create(gateway.url("/mcp/one")))
                .with("Authorization", "Bearer " + READER)) {
      assertThat(tools(client.call("1", "tools/list", "{}"))).containsExactly("find_page");
      assertThat(client.call("2", "tools/call", call("delete"))).contains("no tool");
      batches.open("2025-03-26", "{}");
      String batch =
          "["
              + MessageClient.request("7", "tools/list", "{}")
              + ","
              + MessageClient.request("8", "tools/call", call("delete"))
              + "]";
      List<String> answers = batches.post(batch, Map.of()).messages();
      assertThat(String.join("", answers))
          .contains("find_page", "no tool")
          .doesNotContain("find_secrets", "one:delete");
    }
  }

  @Test
  void theSameHoldsForClientsWithoutSessionsThoughTheyShareWhatIsKept() throws Exception {
    try (ModernClient user = modern("/mcp/three", USER);
        ModernClient reader = modern("/mcp/three", READER)) {
      var all = user.result("tools/list", "{}");
      assertThat(tools(all.toString())).contains("delete", "find_secrets");
      var some = reader.result("tools/list", "{}");
      assertThat(tools(some.toString())).containsExactly("find_page");
      assertThat(some.path("cacheScope").asString()).isEqualTo("private");
      assertThat(reader.error("tools/call", call("delete")).toString()).contains("no tool");
      assertThat(ModernClient.text(reader.result("tools/call", call("find_page"))))
          .isEqualTo("one:find_page");
      assertThat(tools(user.result("tools/list", "{}").toString())).contains("delete");
    }
  }

  @Test
  void aToolHasTheNamesOfTheRouteAndOfItsServer() throws IOException {
    try (WireClient client = open("/mcp/some", READER)) {
      assertThat(tools(client.call("tools/list", "{}").response()))
          .as("find_secrets is denied by its own name, find_delete allowed by its other one")
          .containsExactly("one__find_page", "find_delete");
      assertThat(client.call("tools/call", call("one__find_secrets")).response())
          .contains("no tool");
      assertThat(client.call("tools/call", call("one__find_page")).response())
          .contains("one:find_page");
    }
  }

  @Test
  void whatOneRoleAllowsAnotherDoesNotTake() throws IOException {
    try (WireClient client = open("/mcp/one", WRITER)) {
      assertThat(tools(client.call("tools/list", "{}").response()))
          .containsExactly("find_page", "delete");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"find_page\",\"Name\":\"delete\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"find_page\",\"name\":\"delete\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"Method\":\"tools/call\",\"params\":{\"name\":\"delete\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"find_page\"},\"PARAMS\":{\"name\":\"delete\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"find_page\"},\"param\u017f\":{\"name\":\"delete\"}}"
      })
  void noOtherSpellingOfANameIsReadDifferentlyByAServer(String message) throws IOException {
    try (WireClient client = open("/mcp/one", READER)) {
      WireClient.Reply reply = client.post(message, Map.of());
      assertThat(reply.body()).contains("\"error\"").doesNotContain("one:");
    }
  }

  @Test
  void aCallWithoutAnIdDoesNotReachTheServerEither() throws IOException {
    try (WireClient client = open("/mcp/one", READER)) {
      client.notify("tools/call", call("delete"));
      client.call("ping", "{}");
      assertThat(one.called()).doesNotContain("delete");
      client.notify("tools/call", call("find_page"));
      client.call("ping", "{}");
      assertThat(one.called()).contains("find_page");
    }
  }

  @Test
  void anotherRoleHoldsFromTheNextRequestOnAlsoInASessionThatIsOpen() throws Exception {
    try (WireClient http = open("/mcp/one", READER);
        MessageClient socket = webSocket(READER)) {
      write(ROLES.replace("find_*\"], deny: [find_secrets]", "delete\"]"));
      gateway.gateway().reload(file());
      assertThat(tools(http.call("tools/list", "{}").response())).containsExactly("delete");
      assertThat(tools(socket.call("1", "tools/list", "{}"))).containsExactly("delete");
      assertThat(socket.call("2", "tools/call", call("delete"))).contains("one:delete");
      write(ROLES.replace("routes: [one, three, some]", "routes: [some]"));
      gateway.gateway().reload(file());
      socket.awaitEnd();
      assertThat(http.call("tools/list", "{}").status()).isEqualTo(403);
    }
  }
}
