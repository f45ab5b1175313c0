package dev.weir.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Patience;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.LoggingMessageNotification;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The official Java SDK as an application uses it: answers every question, and keeps what it was
 * told.
 */
public final class Application implements AutoCloseable {
  public final Queue<ProgressNotification> progress = new ConcurrentLinkedQueue<>();
  public final Queue<LoggingMessageNotification> logged = new ConcurrentLinkedQueue<>();
  public final McpSyncClient client;

  /** Connects over Streamable HTTP. */
  public static Application overHttp(TestGateway gateway, String path) {
    return new Application(
        HttpClientStreamableHttpTransport.builder(gateway.url("")).endpoint(path).build());
  }

  /** Connects over HTTP+SSE. */
  public static Application overSse(TestGateway gateway, String path) {
    return new Application(
        HttpClientSseClientTransport.builder(gateway.url("")).sseEndpoint(path).build());
  }

  /** Starts this command and speaks over its standard input and output. */
  public static Application overStdio(List<String> command) {
    var parameters =
        ServerParameters.builder(command.getFirst())
            .args(command.subList(1, command.size()))
            .build();
    return new Application(new StdioClientTransport(parameters, McpJsonDefaults.getMapper()));
  }

  /** Connects and shakes hands. */
  public Application(McpClientTransport transport) {
    client =
        McpClient.sync(transport)
            .requestTimeout(Patience.LIMIT)
            .initializationTimeout(Patience.LIMIT)
            .capabilities(ClientCapabilities.builder().sampling().elicitation().build())
            .sampling(
                question ->
                    CreateMessageResult.builder(Role.ASSISTANT, "the model says 42", "a-model")
                        .build())
            .elicitation(
                question ->
                    ElicitResult.builder(ElicitResult.Action.ACCEPT)
                        .content(Map.of("name", "Ada", "answer", "the user says 42"))
                        .build())
            .progressConsumer(progress::add)
            .loggingConsumer(logged::add)
            .build();
    client.initialize();
  }

  public List<String> tools() {
    return client.listTools().tools().stream().map(Tool::name).toList();
  }

  public String call(String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    StringBuilder text = new StringBuilder();
    for (var content : result.content()) {
      text.append(((TextContent) content).text()).append('\n');
    }
    assertThat(result.isError()).as("%s: %s", tool, text).isNotEqualTo(Boolean.TRUE);
    return text.toString().strip();
  }

  public void callWithProgress(String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.callTool(
            CallToolRequest.builder(tool).arguments(arguments).progressToken("mine").build());
    assertThat(result.isError()).isNotEqualTo(Boolean.TRUE);
  }

  @Override
  public void close() {
    client.closeGracefully();
  }
}
