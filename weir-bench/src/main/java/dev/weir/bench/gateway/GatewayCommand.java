package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Site;
import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.report.RawData;
import dev.weir.bench.report.StolenTime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir bench gateway}: Weir beside its peers and beside no gateway at all, in one run. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "The gateway beside others: sessions, calls, memory, and what a kill leaves.")
public final class GatewayCommand implements Callable<Integer> {
  private static final Path PAGES = Path.of("docs", "benchmarks");

  @Mixin private final Scale scale = new Scale();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "KIND",
      description = "Only these: open, storm, call, crowd, pair, memory, kill.")
  private List<String> only = List.of();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these: direct, weir, supergateway, supergateway-stateless, mcp-proxy, supergateway-front.")
  private List<String> contenders = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where page, plots and raw data go; docs/benchmarks, quick or in part: nowhere.")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    Plan plan = plan(check);
    List<Scene.Kind> kinds = kinds(check);
    PrintWriter progress = command.commandLine().getErr();
    Machine machine = Machine.now();
    Measurements measurements = new Measurements();
    Map<String, String> products = new LinkedHashMap<>();
    long began = System.nanoTime();
    try (Site site = Site.prepare()) {
      for (Contender contender : Contenders.all(0)) {
        products.put(contender.id(), contender.product(site));
      }
      products.put("everything", site.version("@modelcontextprotocol/server-everything"));
      Bed bed = new Bed(site, plan, contenders, measurements);
      for (Scene scene : new Scenes(plan).of(kinds)) {
        progress.println(scene.id() + " ...");
        progress.flush();
        StolenTime meanwhile = StolenTime.begin();
        Scenes.measure(scene, bed);
        measurements.stolen(scene, meanwhile.share());
      }
    }
    String took = Figures.plain((System.nanoTime() - began) / 60e9) + " minutes";
    Page page = new GatewayPage(measurements, plan, machine).page(products.values(), took);
    print(page, command.commandLine().getOut());
    Path directory = directory();
    if (directory != null) {
      String line = CommandText.of(command);
      RawData raw = new RawData(line, machine).fact("versions", products);
      raw.fact("rounds", plan.rounds());
      raw.fact("windowSeconds", plan.window().toMillis() / 1e3);
      raw.fact("stolenTime", measurements.stolen());
      measurements.rows().forEach(row -> raw.row(row.toMap()));
      new PageWriter("gateway", line, machine, scale.quick).write(page, raw, directory);
      command.commandLine().getOut().println("written: " + directory.resolve("gateway.md"));
    }
    return ExitCode.OK;
  }

  private Plan plan(OptionCheck check) {
    for (String id : scale.servers) {
      check.require(Server.named(id).isPresent(), "--servers", "some of light, everything");
    }
    Plan plan = scale.plan();
    check.require(!plan.servers().isEmpty(), "--servers", "one at least");
    check.atLeast(1, "--rounds", plan.rounds());
    check.someSeconds("--window", plan.window());
    check.atLeast(1, "--opens", plan.opens());
    check.atLeast(1, "--storm", plan.storm());
    check.atLeast(1, "--crowd", plan.crowd());
    check.atLeast(2, "--idle", plan.idle());
    check.atLeast(1, "--children", plan.children());
    List<String> known = Contenders.all(0).stream().map(Contender::id).toList();
    check.require(
        known.containsAll(contenders), "--contenders", "some of " + String.join(", ", known));
    return plan;
  }

  private List<Scene.Kind> kinds(OptionCheck check) {
    if (only.isEmpty()) {
      return List.of(Scene.Kind.values());
    }
    List<String> known = Scene.Kind.ids();
    check.require(known.containsAll(only), "--only", "some of " + String.join(", ", known));
    return only.stream().flatMap(id -> Scene.Kind.named(id).stream()).toList();
  }

  /** A part of a run, or a quick one, does not replace the page of a whole one, unless told to. */
  private @Nullable Path directory() {
    boolean whole = only.isEmpty() && contenders.isEmpty() && !scale.quick;
    return out != null ? out : whole ? PAGES : null;
  }

  private void print(Page page, PrintWriter text) {
    for (Page.Section section : page.sections()) {
      text.println(section.heading() + "\n\n" + section.table());
    }
    if (scale.quick) {
      text.println("A quick run proves nothing; what a full one would be judged by:");
    }
    page.verdicts().forEach(verdict -> text.println(verdict.line()));
    text.flush();
  }
}
