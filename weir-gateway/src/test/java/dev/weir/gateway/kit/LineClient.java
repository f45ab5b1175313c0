package dev.weir.gateway.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.kit.WireJson;
import dev.weir.pool.kit.Patience;
import dev.weir.tcp.Address;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpConnections;
import dev.weir.tcp.TcpOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client on a socket, one message a line. Belongs to one thread. */
public final class LineClient implements AutoCloseable {
  private final TcpConnection connection;

  /** What has come that answers nothing. */
  public final List<String> told = new ArrayList<>();

  private int ids;

  public LineClient(String address) throws IOException {
    TcpOptions options =
        TcpOptions.defaults().withConnectTimeout(Patience.LIMIT).withReadTimeout(Patience.LIMIT);
    connection = TcpConnections.open(Address.parse(address), Framing.lines(), options);
  }

  /** One with a session. */
  public static LineClient open(String address) throws IOException {
    LineClient client = new LineClient(address);
    client.initialize();
    return client;
  }

  /** The answer to initialize. */
  public String initialize() throws IOException {
    String answer =
        ask(
            "initialize",
            """
            {"protocolVersion":"2025-11-25","capabilities":{"sampling":{}},\
            "clientInfo":{"name":"line-client","version":"1"}}""");
    if (answer.contains("\"result\"")) {
      send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    }
    return answer;
  }

  public void send(String json) throws IOException {
    connection.write(json.getBytes(UTF_8));
  }

  /** Sends a request and gives its id. */
  public int begin(String method, String params) throws IOException {
    int id = ++ids;
    send(
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}"
            .formatted(id, method, params));
    return id;
  }

  /** Sends a request and waits for its answer. */
  public String ask(String method, String params) throws IOException {
    return answer(begin(method, params));
  }

  public String call(String tool, String arguments) throws IOException {
    return ask("tools/call", ToolClient.params(tool, arguments));
  }

  /** The answer to a request; what comes before it is kept. */
  public String answer(int id) throws IOException {
    while (true) {
      String message = next();
      if (isAnswer(message, id)) {
        return message;
      }
      told.add(message);
    }
  }

  private static boolean isAnswer(String message, int id) {
    @Nullable String answered = WireJson.text(message, "id");
    return String.valueOf(id).equals(answered) && WireJson.text(message, "method") == null;
  }

  /** Whatever comes next. */
  public String next() throws IOException {
    return new String(connection.read(), UTF_8);
  }

  @Override
  public void close() {
    connection.close();
  }
}
