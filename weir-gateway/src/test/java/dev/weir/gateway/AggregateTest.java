package dev.weir.gateway;

import static dev.weir.gateway.ManyUpstreams.count;
import static dev.weir.gateway.ManyUpstreams.result;
import static dev.weir.pool.kit.Patience.await;
import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Several upstreams of others under one path, one of which cannot start. */
@Timeout(300)
class AggregateTest {
  private static final Duration SOON = Patience.LIMIT;

  @RegisterExtension static final ManyUpstreams upstreams = new ManyUpstreams();

  private static List<String> names(JsonNode list) {
    return list.valueStream().map(element -> element.path("name").asString()).toList();
  }

  private static List<String> prefixes(List<String> names) {
    return names.stream().map(AggregateTest::prefix).distinct().toList();
  }

  private static String prefix(String name) {
    return name.substring(0, name.indexOf("__"));
  }

  @Test
  void toolsAndPromptsOfAllArePrefixedInTheOrderOfTheConfiguration() throws Exception {
    try (var client = upstreams.open("{}")) {
      List<String> tools = names(result(client.wire().call("tools/list", null)).path("tools"));
      assertThat(tools)
          .contains("everything__echo", "counter__incr", "fixture__echo", "twin__incr")
          .doesNotHaveDuplicates();
      List<String> order = List.of("everything", "counter", "fixture", "twin");
      assertThat(tools).isSortedAccordingTo(comparingInt(name -> order.indexOf(prefix(name))));
      assertThat(prefixes(tools)).isEqualTo(order);

      List<String> prompts =
          names(result(client.wire().call("prompts/list", null)).path("prompts"));
      assertThat(prompts).contains("everything__simple-prompt", "fixture__test_simple_prompt");
      assertThat(prefixes(prompts)).containsExactly("everything", "fixture");
      client.delete();
    }
  }

  @Test
  void aCallReachesTheUpstreamOfItsPrefixAndNoOther() throws Exception {
    try (var client = upstreams.open("{}")) {
      assertThat(count(client, "counter")).isEqualTo("1");
      assertThat(count(client, "counter")).isEqualTo("2");
      assertThat(count(client, "twin")).isEqualTo("1");
      assertThat(client.text("everything__get-sum", "{\"a\":2,\"b\":40}")).contains("42");
      assertThat(client.text("fixture__echo", "{\"message\":\"a__b\"}")).isEqualTo("Echo: a__b");
      client.delete();
    }
  }

  @Test
  void anUpstreamThatCannotStartIsLeftOutAndItsNamesAreUnknown() throws Exception {
    try (var client = upstreams.open("{}")) {
      for (String upstream : List.of("missing", "refusing", "nobody")) {
        WireClient.Reply reply = client.call(upstream + "__incr", "{}");
        assertThat(reply.response()).contains("\"error\"");
      }
      assertThat(count(client, "counter")).isEqualTo("1");
      client.delete();
    }
  }

  @Test
  void anUpstreamThatDiesInTheMiddleComesBackAndLeavesTheOthersAsTheyAre() throws Exception {
    try (var client = upstreams.open("{}")) {
      assertThat(count(client, "twin")).isEqualTo("1");
      assertThat(client.call("counter__die", "{}").response()).contains("\"error\"");
      assertThat(count(client, "counter")).as("it comes back, and has forgotten").isEqualTo("1");
      assertThat(count(client, "twin")).isEqualTo("2");
      assertThat(client.text("fixture__echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
      assertThat(prefixes(names(result(client.wire().call("tools/list", null)).path("tools"))))
          .contains("counter", "twin");
      client.delete();
    }
  }

  @Test
  void resourcesAreReadFromWhoeverHasThem() throws Exception {
    try (var client = upstreams.open("{}")) {
      assertThat(read(client, "test://static-text"))
          .isEqualTo("This is the content of the static text resource.");
      JsonNode listed = result(client.wire().call("resources/list", null)).path("resources");
      List<String> uris =
          listed.valueStream().map(element -> element.path("uri").asString()).toList();
      assertThat(uris).contains("test://static-text", "test://watched-resource");
      String other =
          uris.stream().filter(uri -> uri.startsWith("demo://")).findFirst().orElseThrow();
      assertThat(read(client, other)).isNotEmpty();
      String templates = client.wire().call("resources/templates/list", null).response();
      assertThat(templates).contains("test://template/{id}/data").contains("demo://resource/");
      assertThat(read(client, "test://template/7/data")).contains("Data for ID: 7");
      assertThat(read(client, "demo://resource/dynamic/text/1")).contains("Resource 1");
      assertThat(client.wire().call("resources/read", "{\"uri\":\"test://no-such\"}").response())
          .contains("\"error\"");
      client.delete();
    }
  }

  private static String read(ToolClient client, String uri) throws Exception {
    JsonNode result = result(client.wire().call("resources/read", "{\"uri\":\"" + uri + "\"}"));
    return result.path("contents").path(0).path("text").asString();
  }

  @Test
  void aWatchedResourceTellsOfItsChangesOnTheStandingStream() throws Exception {
    try (var client = upstreams.open("{}");
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      result(client.wire().call("resources/subscribe", "{\"uri\":\"test://watched-resource\"}"));
      // Told as often as it takes until the gateway's own stream to the fixture is open.
      await()
          .atMost(SOON)
          .until(
              () -> {
                assertThat(client.text("fixture__touch_watched_resource", "{}")).isEqualTo("Told");
                try {
                  String told = stream.nextMessage(Duration.ofSeconds(1));
                  return told.contains("notifications/resources/updated")
                      && told.contains("test://watched-resource");
                } catch (java.net.SocketTimeoutException notYet) {
                  return false;
                }
              });
      client.delete();
    }
  }

  @Test
  void promptsAreGotAndTheirArgumentsCompletedByTheirOwnUpstream() throws Exception {
    try (var client = upstreams.open("{}")) {
      String got =
          client
              .wire()
              .call(
                  "prompts/get",
                  "{\"name\":\"fixture__test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"one\",\"arg2\":\"two\"}}")
              .response();
      assertThat(got).contains("arg1='one', arg2='two'");
      assertThat(complete(client, "fixture__test_prompt_with_arguments", "arg1", "par"))
          .containsExactly("paris", "park", "party");
      assertThat(complete(client, "everything__completable-prompt", "department", "Eng"))
          .containsExactly("Engineering");
      client.delete();
    }
  }

  private static List<String> complete(
      ToolClient client, String prompt, String argument, String typed) throws Exception {
    String params =
        "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"%s\"},\"argument\":{\"name\":\"%s\",\"value\":\"%s\"}}"
            .formatted(prompt, argument, typed);
    return result(client.wire().call("completion/complete", params))
        .path("completion")
        .path("values")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  @Test
  void theLevelOfLoggingIsSetAtEveryUpstreamThatLogs() throws Exception {
    try (var client = upstreams.open("{}")) {
      result(client.wire().call("logging/setLevel", "{\"level\":\"error\"}"));
      assertThat(client.call("fixture__test_tool_with_logging", "{}").others()).isEmpty();
      result(client.wire().call("logging/setLevel", "{\"level\":\"info\"}"));
      assertThat(client.call("fixture__test_tool_with_logging", "{}").others())
          .hasSize(3)
          .allMatch(message -> message.contains("notifications/message"));
      client.delete();
    }
  }
}
