package dev.weir.gateway.cli;

import dev.weir.gateway.config.GatewayConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Consumer;

/** Runs {@code weir ...} in this JVM and keeps what it printed. */
record CommandRun(int exitCode, String out, String err) {

  static CommandRun of(String... arguments) {
    return run(false, CommandRun::noGateway, CommandRun::noSignals, arguments);
  }

  static CommandRun onATerminal(String... arguments) {
    return run(true, CommandRun::noGateway, CommandRun::noSignals, arguments);
  }

  static CommandRun serving(
      ServeCommand.Starter starter, StopSignals signals, String... arguments) {
    return run(false, starter, signals, arguments);
  }

  private static CommandRun run(
      boolean terminal, ServeCommand.Starter starter, StopSignals signals, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var streams =
        new Terminal(
            new PrintWriter(out), new PrintWriter(err), terminal, terminal, true, "./weir");
    int exitCode = WeirCommand.create(streams, starter, signals).execute(arguments);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  private static ServeCommand.Running noGateway(GatewayConfig config, boolean listens) {
    throw new AssertionError("started a gateway");
  }

  private static void noSignals(Consumer<String> onSignal) {}
}
