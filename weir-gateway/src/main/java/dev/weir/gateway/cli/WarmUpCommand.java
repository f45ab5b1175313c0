package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.ListenAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code weir warm-up}: does what the other commands do, and what a gateway does all day, so that
 * the launcher's build can keep the loaded classes and what the compiler has to know of them.
 * Prints nothing.
 */
@Command(
    name = "warm-up",
    hidden = true,
    description = "Exercises the gateway, for the launcher's class cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int COMMANDS = 20;
  private static final int SESSIONS = 300;
  private static final int CALLS = 10;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A server of two lines: whatever it is asked, it is the answer to initialize and to a call. */
  private static final String SERVER =
      """
      while IFS= read -r line; do case $line in *'"id":'*) id=${line#*'"id":'}; id=${id%%[,\\}]*}; \
      printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},\
      "serverInfo":{"name":"warm-up","version":"1"},"content":[]}}\\n' "$id";; esac; done""";

  private final ServeCommand.Starter starter;

  WarmUpCommand(ServeCommand.Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws IOException, ConfigException, InterruptedException {
    GatewayConfig anyPort = GatewayConfig.defaults().withListen(new ListenAddress("127.0.0.1", 0));
    try (ServeCommand.Running behind = starter.start(anyPort, true)) {
      String demo = url(behind, "demo");
      int exitCode = run("tools", demo);
      for (int i = 0; i < COMMANDS && exitCode == ExitCodes.OK; i++) {
        exitCode = run("call", demo, "echo", "{\"message\":\"hi\"}");
      }
      try (ServeCommand.Running front = starter.start(inFrontOf(demo), true)) {
        for (int i = 0; i < SESSIONS; i++) {
          session(url(front, "remote"));
          session(url(front, "process"));
        }
      }
      return exitCode;
    } catch (McpException e) {
      throw new CommandFailure(ExitCodes.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static GatewayConfig inFrontOf(String url) throws ConfigException {
    ObjectNode config = JsonMapper.shared().createObjectNode().put("listen", "127.0.0.1:0");
    ObjectNode upstreams = config.putObject("upstreams");
    upstreams.putObject("remote").put("url", url);
    ObjectNode process = upstreams.putObject("process");
    process.putArray("command").add("sh").add("-c").add(SERVER);
    process.putObject("standby").put("min", 4).put("max", 4);
    return ConfigReader.read("warm-up", config.toString(), Path.of("").toAbsolutePath(), _ -> null);
  }

  private static String url(ServeCommand.Running gateway, String route) {
    return "http://127.0.0.1:" + gateway.address().getPort() + "/mcp/" + route;
  }

  private static void session(String url) throws McpException, InterruptedException {
    try (McpClient client =
        McpClient.connect(URI.create(url), null, java.util.Map.of(), TIMEOUT, (_, _) -> {})) {
      for (int i = 0; i < CALLS; i++) {
        ObjectNode call = JsonMapper.shared().createObjectNode().put("name", "slow");
        call.putObject("arguments").put("seconds", 0).put("steps", 1);
        call.putObject("_meta").put("progressToken", i); // so that the answer comes as a stream
        client.request("tools/call", call);
      }
    }
  }

  private int run(String... arguments) {
    var nowhere = new PrintWriter(Writer.nullWriter());
    var terminal = new Terminal(nowhere, nowhere, false, false, false, "weir");
    return WeirCommand.create(terminal, starter, _ -> {}).execute(arguments);
  }
}
