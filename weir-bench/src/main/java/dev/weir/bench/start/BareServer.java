package dev.weir.bench.start;

import java.io.IOException;
import java.net.InetAddress;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The least that answers as an MCP server does, with the HTTP and JSON libraries of the gateway:
 * one answer to every request. A program of its own.
 */
public final class BareServer {
  private BareServer() {}

  /** Serves until the process ends; prints where. */
  @SuppressWarnings("SystemOut") // a program, whose output is read
  public static void main(String[] args) throws IOException {
    JsonMapper json = JsonMapper.shared();
    HttpServer server =
        ServerBootstrap.bootstrap()
            .setLocalAddress(InetAddress.getLoopbackAddress())
            .setListenerPort(0)
            .setCanonicalHostName("127.0.0.1")
            .register(
                "*",
                (request, response, _) -> {
                  JsonNode asked = json.readTree(EntityUtils.toByteArray(request.getEntity()));
                  ObjectNode answer = json.createObjectNode().put("jsonrpc", "2.0");
                  answer.set("id", asked.path("id"));
                  answer.putObject("result");
                  response.setCode(asked.has("id") ? 200 : 202);
                  response.setEntity(
                      new StringEntity(answer.toString(), ContentType.APPLICATION_JSON));
                })
            .create();
    server.start();
    System.out.println("bare server on http://127.0.0.1:" + server.getLocalPort() + "/mcp");
  }
}
