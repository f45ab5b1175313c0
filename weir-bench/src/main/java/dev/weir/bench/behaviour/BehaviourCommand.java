package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Contenders;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.RawData;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir bench behaviour}: which pool keeps which promise. */
@Command(
    name = "behaviour",
    mixinStandardHelpOptions = true,
    description = {
      "What pools promise, and which of them keep it: each behaviour holds, fails, or is not offered.",
      "A whole run writes its page and raw data; a part of it only prints them, unless --out says where to write."
    })
public final class BehaviourCommand implements Callable<Integer> {
  private static final Path PAGES = Path.of("docs", "benchmarks");

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Only behaviours with this in their name, such as waiting or opening.retry.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "Only these contenders, such as weir,hikari.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--at-once",
      paramLabel = "COUNT",
      defaultValue = "2",
      description =
          "Contenders that play at a time, each in a process of its own; ${DEFAULT-VALUE}.")
  private int atOnce;

  @Option(names = "--list", description = "Lists the behaviours and plays none.")
  private boolean list;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      description = "Where to write; docs/benchmarks for a whole run.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter text = spec().commandLine().getOut();
    List<Behaviour> behaviours = Catalogue.matching(only);
    if (behaviours.isEmpty()) {
      throw new ParameterException(
          spec().commandLine(), "no behaviour has " + String.join(" or ", only) + " in its name");
    }
    if (list) {
      behaviours.forEach(behaviour -> text.println(behaviour.id() + ": " + behaviour.sentence()));
      return ExitCode.OK;
    }
    List<Contender> contenders = contenders();
    Machine machine = Machine.now();
    long began = System.nanoTime();
    List<Outcome> outcomes = play(contenders, behaviours);
    String took = Figures.plain((System.nanoTime() - began) / 60e9) + " minutes";
    Matrix matrix =
        new Matrix(behaviours, contenders.stream().map(Contender::name).toList(), outcomes);
    text.println(matrix.summary() + matrix.themes() + "\ntook " + took);
    write(contenders, machine, matrix, outcomes, took);
    return ExitCode.OK;
  }

  private List<Contender> contenders() {
    if (names.isEmpty()) {
      return Contenders.all();
    }
    try {
      return names.stream().map(Contenders::named).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private List<Outcome> play(List<Contender> contenders, List<Behaviour> behaviours)
      throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    try (ExecutorService forks = Executors.newFixedThreadPool(Math.max(1, atOnce))) {
      List<Future<List<Outcome>>> all = new ArrayList<>();
      contenders.forEach(one -> all.add(forks.submit(() -> play(one, behaviours))));
      for (Future<List<Outcome>> one : all) {
        outcomes.addAll(one.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a contender could not be played", e.getCause());
    }
    return outcomes;
  }

  private List<Outcome> play(Contender contender, List<Behaviour> behaviours)
      throws IOException, InterruptedException {
    List<Outcome> outcomes = new Fork(contender).play(behaviours);
    long fails = outcomes.stream().filter(o -> o.verdict() == Verdict.FAILS).count();
    spec().commandLine().getErr().println(contender.name() + ": done, " + fails + " fail");
    return outcomes;
  }

  /** A part of a run does not replace the page of a whole one, unless told to. */
  private void write(
      List<Contender> contenders,
      Machine machine,
      Matrix matrix,
      List<Outcome> outcomes,
      String took)
      throws IOException {
    Path directory = out != null ? out : only.isEmpty() && names.isEmpty() ? PAGES : null;
    if (directory == null) {
      return;
    }
    Files.createDirectories(directory);
    String command = "./weir bench behaviour --at-once " + atOnce;
    Map<String, String> versions = new LinkedHashMap<>();
    contenders.forEach(contender -> versions.put(contender.name(), Page.product(contender)));
    Files.writeString(
        directory.resolve("behaviour.md"), Page.of(matrix, versions, machine, command, took));
    RawData raw = new RawData(command, machine).fact("contenders", versions);
    outcomes.forEach(outcome -> raw.row(row(outcome)));
    raw.write(directory.resolve("behaviour.json"));
    spec().commandLine().getOut().println("written: " + directory.resolve("behaviour.md"));
  }

  private static Map<String, Object> row(Outcome outcome) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("contender", outcome.contender());
    row.put("behaviour", outcome.behaviour());
    row.put("verdict", outcome.verdict().name());
    row.put("seen", outcome.seen());
    row.put("millis", outcome.millis());
    return row;
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }
}
