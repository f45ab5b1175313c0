package dev.weir.bench;

import dev.weir.bench.behaviour.BehaviourCommand;
import dev.weir.bench.databases.DatabasesCommand;
import dev.weir.bench.databases.ServiceCommand;
import dev.weir.bench.gateway.GatewayCommand;
import dev.weir.bench.gateway.SoakCommand;
import dev.weir.bench.pools.PoolsCommand;
import dev.weir.bench.start.StartCommand;
import dev.weir.bench.workloads.PoolingCommand;
import dev.weir.bench.workloads.ScalingCommand;
import dev.weir.bench.workloads.StrategiesCommand;
import dev.weir.bench.workloads.UtilisationCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program {@code weir bench}: each measurement is one command. */
@Command(
    name = "weir bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Measures the gateway and the pool: beside others, and under load.",
    footer = {"", "Exit codes: 0 done, 1 failed, 2 wrong usage."})
public final class Bench implements Callable<Integer> {
  /** Every command, in the order of the help. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          GatewayCommand.class,
          SoakCommand.class,
          PoolsCommand.class,
          ScalingCommand.class,
          StrategiesCommand.class,
          UtilisationCommand.class,
          PoolingCommand.class,
          DatabasesCommand.class,
          ServiceCommand.class,
          BehaviourCommand.class,
          StartCommand.class);

  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  private Bench() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(create(out, err).execute(args));
  }

  /** The whole command line. */
  static CommandLine create(PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(new Bench());
    COMMANDS.forEach(line::addSubcommand);
    String version = "weir bench (Java " + Runtime.version().feature() + ")";
    line.getCommandSpec().version(version);
    line.getSubcommands().values().forEach(command -> command.getCommandSpec().version(version));
    line.setOut(out);
    line.setErr(err);
    line.setUsageHelpAutoWidth(true);
    return line;
  }

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr());
    return ExitCode.USAGE;
  }
}
