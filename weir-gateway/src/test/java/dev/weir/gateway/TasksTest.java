package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks and extensions: whole where one client talks to one server of its own era, and elsewhere
 * neither declared nor half done.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TasksTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String AS_TASK =
      "{\"name\":\"%s\",\"arguments\":{},\"task\":{\"ttl\":60000}}";

  private final Worker worker = new Worker();
  private TestGateway behind;
  private TestGateway gateway;

  @BeforeAll
  void start() throws IOException {
    behind = TestGateway.serving("", worker);
    gateway =
        TestGateway.serving(
            """
            upstreams:
              legacy: { url: "%1$s", era: legacy }
              shared: { url: "%1$s", era: legacy, isolation: shared }
              modern: { url: "%1$s", era: modern }
            """
                .formatted(behind.url("/mcp/pair")));
  }

  @AfterAll
  void stop() {
    for (TestGateway one : new TestGateway[] {gateway, behind}) {
      if (one != null) {
        one.close();
      }
    }
  }

  /** A server of 2025-11-25 with tasks, and an extension that nobody knows. */
  private static final class Worker implements InProcessServer {
    final List<String> declared = new CopyOnWriteArrayList<>();

    @Override
    public Conversation open(Peer client) {
      return new Conversation() {
        @Override
        public Envelope request(Envelope request, Peer call) {
          RequestId id = Objects.requireNonNull(request.id());
          return switch (String.valueOf(request.method())) {
            case "initialize" -> {
              declared.add(String.valueOf(request.member("capabilities")));
              yield Messages.result(
                  id,
                  "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{},"
                      + "\"tasks\":{\"list\":{},\"requests\":{\"tools\":{\"call\":{}}}},"
                      + "\"extensions\":{\"x.example/own\":{}}},"
                      + "\"serverInfo\":{\"name\":\"worker\",\"version\":\"1\"}}");
            }
            case "tools/list" ->
                Messages.result(
                    id,
                    "{\"tools\":["
                        + "{\"name\":\"either\",\"inputSchema\":{\"type\":\"object\",\"n\":1e400},"
                        + "\"execution\":{\"taskSupport\":\"optional\"}},"
                        + "{\"name\":\"as-task\",\"inputSchema\":{\"type\":\"object\"},"
                        + "\"execution\":{\"taskSupport\":\"required\"}}]}");
            case "tools/call" -> call(request, id, call);
            case "tasks/get" ->
                Messages.result(id, "{\"taskId\":\"t-1\",\"status\":\"completed\"}");
            case "tasks/result" -> text(id, "done later");
            case "x.example/own" -> Messages.result(id, "{\"own\":" + request.member("a") + "}");
            default -> Messages.error(id, JsonRpcError.METHOD_NOT_FOUND, "none", null);
          };
        }

        @Override
        public void notification(Envelope notification) {
          // Nothing that it must know.
        }

        @Override
        public void close() {
          // Nothing is held.
        }
      };
    }

    private static Envelope call(Envelope request, RequestId id, Peer call) {
      String task = "{\"taskId\":\"t-1\",\"status\":\"working\"}";
      if (request.member("task") != null) {
        call.notify("notifications/tasks/status", task);
        return Messages.result(id, "{\"task\":" + task + "}");
      }
      return "as-task".equals(request.name())
          ? Messages.error(id, JsonRpcError.METHOD_NOT_FOUND, "as a task only", null)
          : text(id, "done at once");
    }

    private static Envelope text(RequestId id, String text) {
      return Messages.result(id, "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}");
    }
  }

  private static JsonNode capabilities(WireClient.Reply initialized) {
    return JSON.readTree(initialized.response()).path("result").path("capabilities");
  }

  @Test
  void tasksAndExtensionsPassBetweenAClientAndAServerOfItsEra() throws Exception {
    try (var client = new WireClient(URI.create(gateway.url("/mcp/legacy")))) {
      JsonNode declared = capabilities(client.open("2025-11-25", "{\"tasks\":{\"list\":{}}}"));
      assertThat(declared.has("tasks")).isTrue();
      assertThat(declared.path("extensions").has("x.example/own")).isTrue();
      assertThat(worker.declared.getLast()).isEqualTo("{\"tasks\":{\"list\":{}}}");
      assertThat(client.call("tools/list", "{}").response()).contains("as-task", "required");
      WireClient.Reply begun = client.call("tools/call", AS_TASK.formatted("as-task"));
      assertThat(begun.others()).singleElement().asString().contains("notifications/tasks/status");
      assertThat(begun.response()).contains("\"task\":{\"taskId\":\"t-1\"");
      String which = "{\"taskId\":\"t-1\"}";
      assertThat(client.call("tasks/get", which).response()).contains("completed");
      assertThat(client.call("tasks/result", which).response()).contains("done later");
      assertThat(client.call("x.example/own", "{\"a\":[1.50]}").response())
          .contains("\"own\":[1.50]");
    }
  }

  @ParameterizedTest
  @CsvSource({"/mcp/shared, either", "/mcp/modern, either", "/mcp, legacy__either"})
  void whereTheyCannotBeKeptTheyAreNotDeclaredAndAWishForOneIsPassedOver(String path, String tool)
      throws Exception {
    int before = worker.declared.size();
    try (var client = new WireClient(URI.create(gateway.url(path)))) {
      JsonNode declared = capabilities(client.open("2025-11-25", "{\"tasks\":{\"list\":{}}}"));
      assertThat(declared.propertyNames()).containsExactly("tools");
      assertThat(worker.declared.subList(before, worker.declared.size()))
          .noneMatch(told -> told.contains("tasks"));
      WireClient.Reply done = client.call("tools/call", AS_TASK.formatted(tool));
      assertThat(ToolClient.textOf(done.response())).isEqualTo("done at once");
      for (String method : List.of("tasks/get", "tasks/result", "tasks/list", "x.example/own")) {
        assertThat(client.call(method, "{\"taskId\":\"t-1\"}").response())
            .as(method)
            .contains("-32601", method);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp/legacy", "/mcp/shared", "/mcp"})
  void aModernClientIsShownOnlyWhatItCanCallOfALegacyServer(String path) throws Exception {
    String declares = "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}";
    try (var client = new ModernClient(gateway.url(path), declares)) {
      assertThat(client.result("server/discover", "{}").path("capabilities").propertyNames())
          .containsExactly("tools");
      String tools = client.send("tools/list", "{}").response();
      assertThat(tools).contains("either", "1e400").doesNotContain("as-task");
      String params = AS_TASK.formatted(path.equals("/mcp") ? "shared__either" : "either");
      assertThat(ModernClient.text(client.result("tools/call", params))).isEqualTo("done at once");
      for (String method : List.of("tasks/get", "tasks/update", "tasks/cancel", "x.example/own")) {
        WireClient.Reply reply = client.send(method, "{\"taskId\":\"t-1\"}");
        assertThat(reply.status()).as(method).isEqualTo(404);
        assertThat(reply.response()).contains("-32601", method);
      }
    }
  }
}
