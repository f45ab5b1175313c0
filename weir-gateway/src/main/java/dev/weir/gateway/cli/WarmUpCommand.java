package dev.weir.gateway.cli;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.ListenAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code weir warm-up}: does once what the other commands do, so that the launcher's build can keep
 * the loaded classes for a quick start. Prints nothing.
 */
@Command(
    name = "warm-up",
    hidden = true,
    description = "Exercises the gateway once, for the launcher's class cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int ROUNDS = 20;

  private final ServeCommand.Starter starter;

  WarmUpCommand(ServeCommand.Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws IOException {
    GatewayConfig anyPort = GatewayConfig.defaults().withListen(new ListenAddress("127.0.0.1", 0));
    try (ServeCommand.Running gateway = starter.start(anyPort)) {
      String url = "http://127.0.0.1:" + gateway.address().getPort() + "/mcp/demo";
      int exitCode = run("tools", url);
      for (int i = 0; i < ROUNDS && exitCode == ExitCodes.OK; i++) {
        exitCode = run("call", url, "echo", "{\"message\":\"hi\"}");
      }
      return exitCode;
    }
  }

  private int run(String... arguments) {
    var nowhere = new PrintWriter(Writer.nullWriter());
    var terminal = new Terminal(nowhere, nowhere, false, false, false, "weir");
    return WeirCommand.create(terminal, starter, _ -> {}).execute(arguments);
  }
}
