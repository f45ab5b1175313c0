package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contenders;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.RawData;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir bench pools}: the race. */
@Command(
    name = "pools",
    mixinStandardHelpOptions = true,
    description = {
      "The race of Weir against other pools, all in one run.",
      "A whole race writes its page, plots and raw data; a part of it only prints its tables, unless --out says where to write."
    })
public final class PoolsCommand implements Callable<Integer> {
  private static final Path PAGES = Path.of("docs", "benchmarks");

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "The main scenarios, in less than 5 minutes.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SCENARIO",
      description =
          "Only these scenarios: a, b, c, d1, s1, s2, s8, s32, h2, v, e1, e2, spike, spike20, down,"
              + " hang.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "Only these contenders, such as weir,hikari.")
  private List<String> contenders = new ArrayList<>();

  @Option(names = "--rounds", description = "Turns of each contender.")
  private int rounds;

  @Option(
      names = "--beside",
      paramLabel = "NAME=JAR",
      description = "Weir once more, under that name, with another build's weir-pool.jar.")
  private Map<String, Path> beside = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      description = "Where to write; docs/benchmarks for a whole race.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Scenario> scenarios = scenarios();
    List<Race.Entry> entries = entries();
    Race.Plan plan = quick ? Race.Plan.QUICK : Race.Plan.FULL;
    if (rounds > 0) {
      plan = plan.withRounds(rounds);
    }
    PrintWriter err = spec().commandLine().getErr();
    Machine machine = Machine.now();
    long began = System.nanoTime();
    Samples samples = new Race(entries, scenarios, plan, err).run();
    String took = Figures.plain((System.nanoTime() - began) / 60e9) + " minutes";
    PoolPage page = new PoolPage(samples, entries, scenarios);
    PrintWriter text = spec().commandLine().getOut();
    for (Scenario scenario : scenarios) {
      text.println(scenario.id() + ": " + scenario.title() + "\n\n" + page.tables(scenario));
    }
    text.println(page.verdicts(machine.cores()));
    text.println("took " + took);
    Path directory = directory();
    if (directory != null) {
      Files.createDirectories(directory);
      String command = command();
      Files.writeString(directory.resolve("pool.md"), page.markdown(command, plan, machine, took));
      raw(command, machine, plan, page, samples).write(directory.resolve("pool.json"));
      for (var plot : PoolPlots.of(samples, entries, scenarios).entrySet()) {
        plot.getValue().write(directory.resolve(plot.getKey()));
      }
      text.println("written: " + directory.resolve("pool.md"));
    }
    return ExitCode.OK;
  }

  /** A part of a race does not replace the page of a whole one, unless told to. */
  private @Nullable Path directory() {
    boolean whole = only.isEmpty() && contenders.isEmpty() && beside.isEmpty();
    return out != null ? out : whole ? PAGES : null;
  }

  List<Scenario> scenarios() {
    if (only.isEmpty()) {
      return Arrays.stream(Scenario.values()).filter(s -> !quick || s.inQuick()).toList();
    }
    List<Scenario> chosen = new ArrayList<>();
    for (String id : only) {
      chosen.add(
          Race.scenario(id)
              .orElseThrow(
                  () ->
                      wrong(
                          "no scenario '"
                              + id
                              + "'; there are "
                              + String.join(
                                  ", ",
                                  Arrays.stream(Scenario.values()).map(Scenario::id).toList()))));
    }
    return chosen;
  }

  List<Race.Entry> entries() {
    List<Race.Entry> entries = new ArrayList<>();
    for (Contender contender : Contenders.all()) {
      if (contenders.isEmpty() || contenders.contains(contender.name())) {
        entries.add(new Race.Entry(contender.name(), contender, Race.classPath()));
      }
    }
    for (String name : contenders) {
      if (Contenders.named(name).isEmpty()) {
        List<String> all = Contenders.all().stream().map(Contender::name).toList();
        throw wrong("no contender '" + name + "'; there are " + String.join(", ", all));
      }
    }
    beside.forEach(
        (name, jar) -> {
          if (!Files.isRegularFile(jar)) {
            throw wrong("--beside " + name + ": there is no file " + jar);
          }
          Contender weir = Contenders.named("weir").orElseThrow();
          entries.add(
              new Race.Entry(
                  "weir@" + name, weir, Race.classPath(jar.toAbsolutePath().toString())));
        });
    return entries;
  }

  private String command() {
    List<String> given = spec().commandLine().getParseResult().originalArgs();
    List<String> options = given.subList(given.indexOf(spec().name()) + 1, given.size());
    return String.join(" ", "./weir bench pools", String.join(" ", options)).strip();
  }

  private static RawData raw(
      String command, Machine machine, Race.Plan plan, PoolPage page, Samples samples) {
    RawData raw = new RawData(command, machine);
    raw.fact("rounds", plan.rounds());
    raw.fact("windowMillis", plan.window().toMillis());
    raw.fact("warmUpMillis", plan.warmUp().toMillis());
    raw.fact("contenders", page.versions());
    for (Samples.Sample sample : samples.all()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("scenario", sample.scenario().id());
      row.put("contender", sample.contender());
      row.put("round", sample.round());
      row.put("metric", sample.metric().id());
      row.put("value", sample.value());
      raw.row(row);
    }
    return raw;
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }
}
