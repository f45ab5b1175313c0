package dev.weir.gateway.demo;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer.Peer;
import dev.weir.mcp.RequestId;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The tools of one conversation with the {@link DemoServer}. */
final class DemoTools {
  /** The result of {@code tools/list}. */
  static final String LIST =
      """
      {"tools":[
      {"name":"echo","description":"Answers with the message it was given.",
      "inputSchema":{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]},
      "annotations":{"readOnlyHint":true}},
      {"name":"add","description":"Adds two numbers.",
      "inputSchema":{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]},
      "annotations":{"readOnlyHint":true}},
      {"name":"counter","description":"Counts up, for this session alone.",
      "inputSchema":{"type":"object"}},
      {"name":"slow","description":"Takes its time and reports progress.",
      "inputSchema":{"type":"object","properties":{"seconds":{"type":"number","default":3,"minimum":0,"maximum":600},
      "steps":{"type":"integer","default":10,"minimum":1,"maximum":1000}}},"annotations":{"readOnlyHint":true}},
      {"name":"ask","description":"Asks the client: its user (elicitation) or its model (sampling).",
      "inputSchema":{"type":"object","properties":{"question":{"type":"string"}},"required":["question"]}},
      {"name":"fail","description":"Fails, to show what a failing tool looks like.",
      "inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
      {"name":"big","description":"Answers with a text of so many bytes.",
      "inputSchema":{"type":"object","properties":{"bytes":{"type":"integer","minimum":0,"maximum":33554432}},"required":["bytes"]},
      "annotations":{"readOnlyHint":true}}
      ]}""";

  private static final int LARGEST = 32 << 20;

  private final AtomicLong counter = new AtomicLong();

  /** Who calls: the way back to it, what it can do, and whether it wants to hear of progress. */
  record Client(Peer peer, JsonNode capabilities, @Nullable RequestId progressToken) {}

  /**
   * The result of a call as JSON text. Throws {@link IllegalArgumentException} for wrong arguments.
   */
  String call(String tool, JsonNode arguments, Client client) throws InterruptedException {
    return switch (tool) {
      case "echo" -> text(string(arguments, "message"), false);
      case "add" -> text(number(arguments, "a").add(number(arguments, "b")).toPlainString(), false);
      case "counter" -> text(Long.toString(counter.incrementAndGet()), false);
      case "slow" -> slow(arguments, client);
      case "ask" -> ask(string(arguments, "question"), client);
      case "fail" -> text("This tool always fails.", true);
      case "big" ->
          text("x".repeat(Math.min(LARGEST, number(arguments, "bytes").intValue())), false);
      default -> throw new IllegalArgumentException("no such tool: " + tool);
    };
  }

  private static String slow(JsonNode arguments, Client client) throws InterruptedException {
    double seconds = arguments.path("seconds").asDouble(3);
    int steps = Math.clamp(arguments.path("steps").asInt(10), 1, 1000);
    Duration step = Duration.ofNanos((long) (Math.clamp(seconds, 0, 600) * 1e9 / steps));
    for (int done = 1; done <= steps; done++) {
      Thread.sleep(step);
      if (client.progressToken() != null) {
        client
            .peer()
            .notify(
                "notifications/progress",
                "{\"progressToken\":%s,\"progress\":%d,\"total\":%d,\"message\":\"step %d of %d\"}"
                    .formatted(client.progressToken().json(), done, steps, done, steps));
      }
    }
    return text("done in " + steps + " steps", false);
  }

  private static String ask(String question, Client client) throws InterruptedException {
    Envelope answer;
    if (client.capabilities().has("elicitation")) {
      ObjectNode params = DemoServer.JSON.createObjectNode();
      params.put("message", question);
      ObjectNode schema = params.putObject("requestedSchema").put("type", "object");
      schema.putObject("properties").putObject("answer").put("type", "string");
      answer = client.peer().ask("elicitation/create", params.toString());
    } else if (client.capabilities().has("sampling")) {
      ObjectNode params = DemoServer.JSON.createObjectNode();
      ObjectNode message = params.putArray("messages").addObject().put("role", "user");
      message.putObject("content").put("type", "text").put("text", question);
      params.put("maxTokens", 100);
      answer = client.peer().ask("sampling/createMessage", params.toString());
    } else {
      return text(
          "This client declares neither elicitation nor sampling: it cannot be asked.", true);
    }
    String said = answer.member("content");
    String refusal = answer.member("message");
    return said != null
        ? text("The client answered: " + said, false)
        : text("The client did not answer: " + (refusal == null ? "no content" : refusal), true);
  }

  private static String string(JsonNode arguments, String name) {
    JsonNode value = arguments.get(name);
    if (value == null || !value.isString()) {
      throw new IllegalArgumentException("argument " + name + ": expected a string");
    }
    return value.stringValue();
  }

  private static BigDecimal number(JsonNode arguments, String name) {
    JsonNode value = arguments.get(name);
    if (value == null || !value.isNumber()) {
      throw new IllegalArgumentException("argument " + name + ": expected a number");
    }
    return value.decimalValue();
  }

  private static String text(String text, boolean isError) {
    ObjectNode result = DemoServer.JSON.createObjectNode();
    result.putArray("content").addObject().put("type", "text").put("text", text);
    if (isError) {
      result.put("isError", true);
    }
    return result.toString();
  }
}
