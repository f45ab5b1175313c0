package dev.weir.bench.workloads;

import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.workloads.loopback.Login;
import dev.weir.bench.workloads.loopback.ServerProcess;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the four have in common: starts the server, measures, stops the server whatever happened,
 * and says and writes what came out.
 */
abstract class WorkloadCommand implements Callable<Integer> {
  @Mixin final LoadOptions options;

  @Spec private @Nullable CommandSpec spec;

  WorkloadCommand(LoadOptions.Plan full) {
    options = new LoadOptions(full);
  }

  /** Refuses what cannot be measured. */
  abstract void check(OptionCheck check);

  /** Measures. What it opens it closes. */
  abstract Results measure(Bed bed) throws InterruptedException;

  /** Where a workload is measured. */
  record Bed(InetSocketAddress server, LoadOptions options, PrintWriter progress) {
    Contenders contenders(Login login) {
      return new Contenders(server, login);
    }

    /** Measures these cells, and says so to whoever waits for it. */
    void measure(String what, List<Cell> cells) throws InterruptedException {
      new Rounds(options, done -> progress.println(what + ": " + done)).measure(cells);
    }
  }

  @Override
  public final Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    check.atLeast(1, "--rounds", options.rounds());
    check.someSeconds("--window", options.window());
    check.require(!options.warmUp().isNegative(), "--warm-up", "0 seconds or more");
    check.require(
        Contenders.OTHERS.containsAll(options.against()),
        "--against",
        "some of " + Words.list(Contenders.OTHERS) + ", or none");
    check(check);
    PrintWriter out = command.commandLine().getOut();
    Machine machine = Machine.now();
    Results results;
    try (ServerProcess server = ServerProcess.start()) {
      results = measure(new Bed(server.address(), options, command.commandLine().getErr()));
    }
    Page page = results.page();
    print(page, out);
    Path directory = options.out();
    if (directory != null) {
      String line = CommandText.of(command);
      new PageWriter(command.name(), line, machine, options.quick)
          .write(
              page.withMethod(results.method(options)),
              results.raw(line, machine, options),
              directory);
      out.println("written: " + directory.resolve(command.name() + ".md"));
    }
    return ExitCode.OK;
  }

  private void print(Page page, PrintWriter out) {
    for (Page.Section section : page.sections()) {
      out.println(section.heading());
      out.println();
      out.println(section.table());
    }
    if (options.quick) {
      out.println("A quick run proves nothing; what a full one would be judged by:");
    }
    page.verdicts().forEach(verdict -> out.println(verdict.line()));
  }
}
