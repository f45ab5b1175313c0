package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ImportCommandTest {
  @TempDir Path directory;

  @Test
  void serversBecomeUpstreamsAndSecretsBecomeReferences() throws Exception {
    CommandRun run =
        importing(
            """
            {
              // clients allow comments
              "mcpServers": {
                "filesystem": {"command": "npx",
                  "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/me/My Files"]},
                "GitHub Server": {"command": "docker", "args": ["run", "-i"],
                  "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "ghp_hunter2hunter2", "LOG": "debug"}},
                "search": {"type": "http", "url": "https://mcp.example.com/mcp",
                  "headers": {"Authorization": "Bearer hunter2hunter2", "X-Team": "blue"}},
              }
            }
            """);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            # made by weir import from client.json
            upstreams:
              filesystem:
                command: [npx, -y, "@modelcontextprotocol/server-filesystem", "/home/me/My Files"]
              github-server:
                command: [docker, run, -i]
                environment:
                  GITHUB_PERSONAL_ACCESS_TOKEN: "${env:GITHUB_PERSONAL_ACCESS_TOKEN}"
                  LOG: debug
              search:
                url: https://mcp.example.com/mcp
                headers:
                  Authorization: "Bearer ${env:SEARCH_AUTHORIZATION}"
                  X-Team: blue
            """);
    assertThat(run.err())
        .isEqualTo(
            """
            weir: 'GitHub Server' is called github-server here
            weir: github-server: set GITHUB_PERSONAL_ACCESS_TOKEN before weir serve; its value is not written down
            weir: search: set SEARCH_AUTHORIZATION before weir serve; its value is not written down
            """);
    assertThat(read(run).upstreams()).hasSize(3);
  }

  @Test
  void whatCannotBeAnUpstreamStaysAsACommentWithANote() throws Exception {
    CommandRun run =
        importing(
            """
            {"mcpServers": {
              "old": {"type": "sse", "url": "https://example.com/sse?key=hunter2"},
              "off": {"command": "x", "disabled": true},
              "none": {},
              "login": {"url": "https://me:hunter2@example.com/mcp"},
              "good": {"command": "x", "alwaysAllow": ["y"], "cwd": "."}}}
            """);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("  # left out, its transport is the old HTTP+SSE")
        .contains("  #  old:\n", "  #    url: ")
        .doesNotContain("hunter2");
    assertThat(run.err())
        .contains("old: left out", "off: left out, it is disabled", "none: left out")
        .contains("login: left out", "good: alwaysAllow is not taken over")
        .doesNotContain("hunter2");
    assertThat(read(run).upstreams().keySet()).containsExactly("good");
  }

  @Test
  void variablesOfOtherClientsBecomeReferences() throws Exception {
    CommandRun run =
        importing(
            """
            {"servers": {"a": {"command": "x", "env": {
              "ONE": "${ONE}", "TWO": "${env:SECOND}", "THREE": "pre-${input:third-key}",
              "FOUR": "${FOURTH:-none}", "FIVE": "${workspaceFolder:x}"}}}}
            """);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("ONE: \"${env:ONE}\"", "TWO: \"${env:SECOND}\"")
        .contains("THREE: \"pre-${env:THIRD_KEY}\"", "FOUR: \"${env:FOURTH}\"")
        .contains("FIVE: \"$${workspaceFolder:x}\"");
    assertThat(read(run).upstreams()).hasSize(1);
  }

  @Test
  void oneVariableNeverStandsForTwoSecrets() throws Exception {
    CommandRun run =
        importing(
            """
            {"mcpServers": {
              "a": {"command": "x", "env": {"API_KEY": "first"}},
              "b": {"command": "x", "env": {"API_KEY": "second"}},
              "c": {"command": "x", "env": {"API_KEY": "first"}}}}
            """);
    assertThat(run.out()).containsOnlyOnce("${env:B_API_KEY}").contains("\"${env:API_KEY}\"");
  }

  @Test
  void aSecretInAUrlsQueryBecomesAReference() throws Exception {
    CommandRun run =
        importing(
            "{\"mcpServers\":{\"a\":{\"url\":\"https://example.com/mcp?team=x&api_key=hunter2\"}}}");
    assertThat(run.out())
        .contains("url: \"https://example.com/mcp?team=x&api_key=${env:A_API_KEY}\"");
  }

  @Test
  void namesStayApartWhenTheyBecomeValid() throws Exception {
    CommandRun run =
        importing(
            """
            {"mcpServers": {"My Server": {"command": "x"}, "my_server": {"command": "x"},
              "日本": {"command": "x"}}}
            """);
    assertThat(read(run).upstreams().keySet())
        .containsExactly("my-server", "my-server-2", "server");
  }

  @Test
  void oddTextsSurviveTheWayThroughYaml() throws Exception {
    CommandRun run =
        importing(
            """
            {"mcpServers": {"a": {"command": "x", "args":
              ["null", "- a", "a: b", "#c", "\\"q\\"", "é\\n\\t", "", "{x}", "*y", "1e3", "a, b"]}}}
            """);
    assertThat(run.exitCode()).isZero();
    assertThat(read(run).toString())
        .contains("[x, null, - a, a: b, #c, \"q\", é\n\t, , {x}, *y, 1e3, a, b]");
  }

  @Test
  void anExistingFileIsNeverOverwritten() throws Exception {
    Path file = write("{\"mcpServers\":{\"a\":{\"command\":\"x\"}}}");
    Path output = directory.resolve("weir.yaml");
    assertThat(CommandRun.of("import", file.toString(), "-o", output.toString()).exitCode())
        .isZero();
    assertThat(output).content().contains("command: [x]");
    CommandRun second = CommandRun.of("import", file.toString(), "-o", output.toString());
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err()).contains("exists already");
  }

  @Test
  void whatWeirCannotTakeIsToldAfterTheOutput() throws Exception {
    CommandRun run =
        importing(
            "{\"mcpServers\":{\"a\":{\"url\":\"https://x.example/mcp\",\"headers\":{\"Host\":\"y\"}}}}");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("headers.Host").contains("changed by hand");
  }

  @Test
  void theOutcomeIsJsonOnRequest() throws Exception {
    Path file =
        write(
            """
            {"mcpServers": {"a": {"command": "x", "env": {"API_KEY": "hunter2"}}, "b": {}}}
            """);
    CommandRun run = CommandRun.of("import", "--json", file.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    JsonNode outcome = JsonMapper.shared().readTree(run.out());
    assertThat(outcome.path("ok").asBoolean()).isTrue();
    assertThat(outcome.path("config").asString()).contains("API_KEY: \"${env:API_KEY}\"");
    assertThat(outcome.path("notes")).hasSize(2);
    assertThat(outcome.path("errors")).isEmpty();
  }

  @Test
  void inJsonAnOutcomeThatIsNotOkSaysWhy() throws Exception {
    Path file =
        write(
            "{\"mcpServers\":{\"a\":{\"url\":\"https://x.example/mcp\",\"headers\":{\"Host\":\"y\"}}}}");
    CommandRun run = CommandRun.of("import", "--json", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode outcome = JsonMapper.shared().readTree(run.out());
    assertThat(outcome.path("ok").asBoolean(true)).isFalse();
    assertThat(outcome.at("/errors/0/option").asString()).isEqualTo("upstreams.a.headers.Host");
  }

  @Test
  void whatIsNoClientsConfigurationIsSaidInOneLine() throws Exception {
    assertThat(importing("{\"a\":1}").err()).contains("has no mcpServers");
    assertThat(importing("[").err()).contains("client.json:1:").contains("this is not JSON");
    assertThat(importing("{\"mcpServers\":{\"a\":{}}}").exitCode()).isEqualTo(1);
  }

  private CommandRun importing(String json) throws Exception {
    return CommandRun.of("import", write(json).toString());
  }

  private Path write(String json) throws Exception {
    return Files.writeString(directory.resolve("client.json"), json);
  }

  private GatewayConfig read(CommandRun run) throws Exception {
    return ConfigReader.read("weir.yaml", run.out(), directory, _ -> "set");
  }
}
