package dev.weir.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client and a {@link PairServer} have to say to each other, in the words of one era, over
 * any wire. Each step checks what comes back.
 */
public interface Dialogue extends AutoCloseable {
  /** Asks for the list of tools. */
  void list() throws Exception;

  /** Hears of progress under the token that it gave. */
  void progress() throws Exception;

  /** Is asked something in the middle of a call, and answers. */
  void question() throws Exception;

  /** Hears that the list of tools has changed. */
  void notification() throws Exception;

  /** Begins the call that lasts until {@link #cancel}. */
  void beginToWait() throws Exception;

  /** Takes that call back, and goes on. */
  void cancel() throws Exception;

  /** Sends these arguments and returns the whole response. */
  String mirror(int number, String arguments) throws Exception;

  @Override
  void close() throws Exception;

  /** Of the legacy era; shakes hands. */
  static Dialogue legacy(MessageClient client) throws Exception {
    return new Legacy(client.open("2025-11-25"));
  }

  /** Of the modern era; the first thing it says is a request. */
  static Dialogue modern(MessageClient client) {
    return new Modern(client);
  }

  private static boolean is(JsonNode message, String method) {
    return message.path("method").asString("").equals(method);
  }

  /** Returns the response. */
  private static String steps(MessageClient client, String id) throws InterruptedException {
    for (int step = 1; step <= 3; step++) {
      assertThat(client.next(message -> is(message, "notifications/progress")))
          .contains("\"progress\":" + step, "\"a token\"");
    }
    String response = client.response(id);
    assertThat(response).contains("stepped");
    return response;
  }

  /** One session, in which both sides ask. */
  record Legacy(MessageClient client) implements Dialogue {
    @Override
    public void list() throws Exception {
      assertThat(client.call("1", "tools/list", "{}")).contains("mirror");
    }

    @Override
    public void progress() throws Exception {
      client.send(call("2", "steps", "{}", "\"a token\""));
      var _ = steps(client, "2");
    }

    @Override
    public void question() throws Exception {
      client.send(call("\"three\"", "ask", "{}", null));
      String asked = client.next(message -> is(message, "sampling/createMessage"));
      assertThat(asked).contains("Who?");
      client.send(
          "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}"
              .formatted(JsonMapper.shared().readTree(asked).get("id"), ToolClient.sampled("Ada")));
      assertThat(client.response("\"three\"")).contains("\"said\"", "Ada");
    }

    @Override
    public void notification() throws Exception {
      client.send(call("4", "tell", "{}", null));
      // Either may be first, so the response may be passed over.
      assertThat(client.next(message -> is(message, "notifications/tools/list_changed")))
          .isNotNull();
    }

    @Override
    public void beginToWait() throws Exception {
      client.send(call("5", "wait", "{}", null));
    }

    @Override
    public void cancel() throws Exception {
      client.send(MessageClient.cancelled("5"));
      assertThat(client.call("6", "ping", "{}")).contains("result");
    }

    @Override
    public String mirror(int number, String arguments) throws Exception {
      String id = "\"mirror-" + number + "\"";
      client.send(call(id, "mirror", arguments, null));
      return client.response(id);
    }

    private static String call(String id, String tool, String arguments, @Nullable String token) {
      String meta = token == null ? "" : ",\"_meta\":{\"progressToken\":" + token + "}";
      return MessageClient.request(
          id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + meta + "}");
    }

    @Override
    public void close() throws Exception {
      client.close();
    }
  }

  /** Requests that stand for themselves; its calls go on in the session that the first one got. */
  final class Modern implements Dialogue {
    private final MessageClient client;
    private String handle = "";

    Modern(MessageClient client) {
      this.client = client;
    }

    @Override
    public void list() throws Exception {
      assertThat(client.call("1", "server/discover", params("", "")))
          .contains("\"supportedVersions\"", ModernClient.VERSION);
      assertThat(client.call("\"one\"", "tools/list", params("", ""))).contains("mirror", "ttlMs");
    }

    @Override
    public void progress() throws Exception {
      client.send(call("2", "steps", "{}", ",\"progressToken\":\"a token\""));
      JsonNode result = JsonMapper.shared().readTree(steps(client, "2")).path("result");
      handle = ",\"dev.weir/handle\":\"" + ModernClient.handle(result) + "\"";
    }

    @Override
    public void question() throws Exception {
      client.send(call("\"three\"", "ask", "{}", ""));
      answer(client, asked(client, handle));
    }

    /** Calls a tool that asks; returns what goes on with that call, on any connection. */
    public static String ask(MessageClient client) throws Exception {
      client.send(new Modern(client).call("\"three\"", "ask", "{}", ""));
      return asked(client, "");
    }

    private static String asked(MessageClient client, String handle) throws Exception {
      JsonNode asked = JsonMapper.shared().readTree(client.response("\"three\"")).path("result");
      assertThat(asked.path("resultType").asString()).isEqualTo("input_required");
      assertThat(asked.path("inputRequests").toString()).contains("Who?");
      ObjectNode answers = JsonMapper.shared().createObjectNode();
      asked
          .path("inputRequests")
          .propertyNames()
          .forEach(
              key -> answers.set(key, JsonMapper.shared().readTree(ToolClient.sampled("Ada"))));
      return params(
          "\"name\":\"ask\",\"arguments\":{},\"inputResponses\":%s,\"requestState\":%s,"
              .formatted(answers, asked.path("requestState")),
          handle);
    }

    /** Goes on with a call that asked. */
    public static void answer(MessageClient client, String params) throws Exception {
      assertThat(client.call("3", "tools/call", params)).contains("\"said\"", "Ada");
    }

    @Override
    public void notification() throws Exception {
      String wanted = params("\"notifications\":{\"toolsListChanged\":true},", "");
      client.send(MessageClient.request("\"four\"", "subscriptions/listen", wanted));
      assertThat(client.next(message -> is(message, "notifications/subscriptions/acknowledged")))
          .contains("\"toolsListChanged\":true", "subscriptionId\":\"four\"");
      client.send(call("4", "tell", "{}", ""));
      assertThat(client.next(message -> is(message, "notifications/tools/list_changed")))
          .contains("subscriptionId\":\"four\"");
      client.send(MessageClient.cancelled("\"four\""));
    }

    @Override
    public void beginToWait() throws Exception {
      client.send(call("5", "wait", "{}", ""));
    }

    @Override
    public void cancel() throws Exception {
      client.send(MessageClient.cancelled("5"));
      assertThat(client.call("6", "tools/list", params("", ""))).contains("mirror");
    }

    @Override
    public String mirror(int number, String arguments) throws Exception {
      String id = "\"mirror-" + number + "\"";
      client.send(call(id, "mirror", arguments, ""));
      return client.response(id);
    }

    private String call(String id, String tool, String arguments, String meta) {
      String members = "\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",";
      return MessageClient.request(id, "tools/call", params(members, handle + meta));
    }

    /** By hand: a parser in between might write a number in another way. */
    private static String params(String members, String meta) {
      String prefix = "io.modelcontextprotocol/";
      return ("{%1$s\"_meta\":{\"%2$sprotocolVersion\":\"%3$s\","
              + "\"%2$sclientCapabilities\":{\"sampling\":{}}%4$s}}")
          .formatted(members, prefix, ModernClient.VERSION, meta);
    }

    @Override
    public void close() throws Exception {
      client.close();
    }
  }
}
