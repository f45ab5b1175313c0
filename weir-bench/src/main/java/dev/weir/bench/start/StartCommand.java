package dev.weir.bench.start;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpSession;
import dev.weir.bench.report.BarPlot.Kind;
import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.RawData;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir bench start}: an unpacked archive beside a server that does nothing. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description =
        "How long an unpacked archive takes from the start of its process to its first answered"
            + " call, beside a bare server of the same libraries.")
public final class StartCommand implements Callable<Integer> {
  private static final Duration TARGET = Duration.ofSeconds(1);

  @Parameters(
      paramLabel = "DIR",
      description = "The unpacked archive, such as weir-1.2.3 with bin/weir in it.")
  private Path home = Path.of(".");

  @Option(
      names = "--rounds",
      defaultValue = "11",
      description = "Starts of each, in turns; ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where page, plot and raw data go; nowhere unless given.")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  /** What is started, and the line by which it says where it listens. */
  private record Contender(
      String name,
      Kind kind,
      List<String> command,
      Map<String, String> environment,
      String line,
      String path,
      String tool) {}

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    Path program = home.resolve("bin/weir").toAbsolutePath();
    check.require(Files.isExecutable(program), "DIR", "an unpacked archive; no " + program);
    check.atLeast(1, "--rounds", rounds);
    PrintWriter terminal = command.commandLine().getOut();
    PrintWriter progress = command.commandLine().getErr();
    Machine machine = Machine.now();
    RawData raw = new RawData(CommandText.of(command), machine);
    Map<Contender, List<Double>> nanos = new LinkedHashMap<>();
    Path config = Files.createTempFile("weir-bench", ".yaml");
    try {
      Files.writeString(config, "listen: 127.0.0.1:0\n");
      List<Contender> contenders = contenders(program, config);
      for (int round = 0; round <= rounds; round++) {
        progress.println(round == 0 ? "warm-up" : "round %d of %d".formatted(round, rounds));
        for (Contender contender : contenders) {
          double took = start(contender);
          // The first of each reads its files from the disk.
          if (round > 0) {
            nanos.computeIfAbsent(contender, _ -> new ArrayList<>()).add(took);
            raw.row(Map.of("contender", contender.name, "round", round, "nanos", took));
          }
        }
      }
    } finally {
      Files.delete(config);
    }
    Page page = page(nanos);
    page.sections().forEach(section -> terminal.println(section.table()));
    page.verdicts().forEach(verdict -> terminal.println(verdict.line()));
    Path directory = out;
    if (directory != null) {
      new PageWriter("start", CommandText.of(command), machine, false).write(page, raw, directory);
      terminal.println("written: " + directory.resolve("start.md"));
    }
    return ExitCode.OK;
  }

  private static List<Contender> contenders(Path program, Path config) {
    List<String> serve = List.of(program.toString(), "serve", "--config", config.toString());
    String said = "weir listens on (http://\\S+)\n";
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> bare =
        List.of(java, "-cp", System.getProperty("java.class.path"), BareServer.class.getName());
    return List.of(
        new Contender("weir", Kind.OURS, serve, Map.of(), said, "/mcp/demo", "echo"),
        new Contender(
            "weir, no class cache",
            Kind.OTHERS,
            serve,
            Map.of("WEIR_JAVA_OPTS", "-XX:AOTMode=off"),
            said,
            "/mcp/demo",
            "echo"),
        new Contender(
            "bare server",
            Kind.BASELINE,
            bare,
            Map.of(),
            "bare server on (http://\\S+)\n",
            "",
            "echo"));
  }

  /** Nanoseconds until a session was opened and its first call answered. */
  private static double start(Contender contender) throws IOException, InterruptedException {
    long began = System.nanoTime();
    try (Program program =
        Program.start(contender.command, contender.environment, Program.newMark())) {
      URI at = URI.create(program.awaitLine(contender.line) + contender.path);
      HttpSession session = new HttpSession(at);
      session.open();
      session.call(contender.tool, "{\"message\":\"hi\"}");
      double took = System.nanoTime() - began;
      session.close();
      return took;
    }
  }

  private Page page(Map<Contender, List<Double>> nanos) {
    Table table = new Table("", "median / bare server", "median", "least", "most");
    var plot = Plot.bars("From the start of the process to the first answered call", "time");
    plot.format(Figures::nanos);
    double bare = Figures.median(nanos.values().stream().toList().getLast());
    double weir = Figures.median(nanos.values().stream().toList().getFirst());
    nanos.forEach(
        (contender, took) -> {
          double median = Figures.median(took);
          double least = took.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
          double most = took.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
          table.row(
              contender.name,
              Figures.ratio(median / bare),
              Figures.nanos(median),
              Figures.nanos(least),
              Figures.nanos(most));
          plot.bar(contender.name, median, least, most, contender.kind);
        });
    return new Page(
        "How long a start takes",
        "What does a user of the packaged gateway wait for, from the start of its process until the first call of a session is answered?",
        List.of(
            "Each is started %d times, in turns, after one start that does not count. The clock runs from before the process is made until a session was opened and its first call answered; that it listens is seen from what it prints, looked at every 20 ms."
                .formatted(rounds),
            "Weir serves its demonstration upstream. The bare server is Apache HttpCore and Jackson with one answer to everything, on the JDK that runs this."),
        List.of(
            new Verdict(
                "the first call is answered within a second of the start",
                weir <= TARGET.toNanos(),
                "%s at the median, %s a bare server's"
                    .formatted(Figures.nanos(weir), Figures.ratio(weir / bare)))),
        List.of(
            new Page.Section(
                "To the first answered call",
                table.markdown(),
                "\nWithout its class cache is how an archive without a runtime starts until `weir quick-start` has made one.\n")),
        Map.of("start", plot),
        List.of("A first start after boot, when nothing of it is in memory yet."));
  }
}
