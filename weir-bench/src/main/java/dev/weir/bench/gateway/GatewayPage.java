package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.report.BarPlot;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/** The page of a run: a table of ratios for each scene, then what falls short of its target. */
final class GatewayPage {
  private static final String WEIR = Contenders.WEIR;

  /** Of the time that was stolen. */
  private static final double WORTH_SAYING = 0.01;

  private final Measurements measurements;
  private final Plan plan;
  private final Machine machine;

  GatewayPage(Measurements measurements, Plan plan, Machine machine) {
    this.measurements = measurements;
    this.plan = plan;
    this.machine = machine;
  }

  /**
   * The page.
   *
   * @param products what took part, with versions
   */
  Page page(Collection<String> products, String took) {
    List<Verdict> verdicts = Targets.judge(measurements, plan, machine.cores());
    List<Page.Section> sections = new ArrayList<>();
    for (Scene.Kind kind : Scene.Kind.values()) {
      for (Scene scene : measurements.scenes(kind)) {
        sections.add(
            new Page.Section(
                kind.title() + ": " + scene.title(),
                table(scene).markdown(),
                note(kind) + stolen(scene)));
      }
    }
    sections.add(shortfalls(verdicts));
    return new Page(
        "The gateway and its peers",
        "What does a gateway cost, and what does it give? Weir beside supergateway, mcp-proxy, and a client that speaks to the server itself.",
        method(products, took),
        verdicts,
        sections,
        plots(),
        List.of(
            "A network: everything is on one machine, over loopback, and the clients take processor time from the gateways.",
            "Other gateways that are no npm packages.",
            "How it goes on for longer than minutes: see `./weir bench soak`."));
  }

  private List<String> method(Collection<String> products, String took) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Contenders: "
            + Contenders.all(0).stream()
                .map(contender -> "`" + contender.id() + "`: " + contender.about())
                .collect(Collectors.joining("; "))
            + ".");
    lines.add(
        "Servers: `light`, a script of few lines that answers at once, and waits %d ms before its first word where sessions are opened; `everything`, the reference server."
            .formatted(Plan.START_DELAY.toMillis()));
    lines.add(
        "Every contender is a process of its own with all defaults, Weir as `./weir serve` starts it; Weir's only difference is how many processes it keeps ready. All contenders of a scene are up at the same time, but for the kill, and measured in turn, in %d rounds, each beginning with another. Tables have the median of the rounds, ratios the median of the ratios within each round, and no p99 of fewer than 100 values."
            .formatted(plan.rounds()));
    lines.add(
        "Calls: a closed loop for %s a round; every answer is compared with what was sent. Not counted: %s before the first round, longer until there were %,d calls, but %d times as long at most; and one call of each client before every round."
            .formatted(
                seconds(plan.window()),
                seconds(plan.warmUp()),
                Plan.WARM_CALLS,
                Plan.MOST_WARM_UPS));
    lines.add(
        "Opening: one session at a time, each contender in turn, after all have ready what they keep ready. Not counted, for each contender, in which sixteen clients open and end sessions: %s before the first, %s before storms; and the first %d sessions that are opened one at a time."
            .formatted(
                seconds(plan.warmUpOfOpening()), seconds(plan.warmUpOfStorms()), plan.opens()));
    lines.add(
        "A session is open when the server has taken initialize and initialized; connecting and, without a gateway, starting the process is part of it.");
    lines.add(
        "*Processor* is processor time per call, of the gateway alone and together with the processes that it started, as far as it waited for those that have ended; *memory* the resident memory of the same, in which pages that several share are counted for each.");
    lines.add(
        "Versions: "
            + products.stream()
                .filter(p -> !p.isEmpty())
                .distinct()
                .collect(Collectors.joining(", "))
            + ".");
    lines.add("It took " + took + ".");
    return lines;
  }

  private static String seconds(java.time.Duration span) {
    return Figures.plain(span.toMillis() / 1e3) + " s";
  }

  private static String note(Scene.Kind kind) {
    return switch (kind) {
      case OPEN -> "*Alone*: whether each session had a count of its own, which began at nothing.";
      case STORM ->
          "*First*: the longest wait of those that came first, as many as Weir keeps ready. *Overtaken*: how many later clients were served before one, at most.";
      case CALL ->
          "*Added* is the median of the differences to `direct` within each round, *added / weir* the ratio of two of these.";
      case CROWD -> "Each client has a session of its own and makes one call after the other.";
      case PAIR ->
          "Through Weir alone, from each wire of clients; *added* is the median of the differences to `direct` within each round. A client on `stdio` speaks with a `weir stdio` of its own, which joins the gateway: two gateways.";
      case MEMORY ->
          "Objects that can be reached after a full collection, before and after; each session has called once and has no connection. *Buffers* are arrays of bytes, the text of strings included.";
      case KILL ->
          "Processes behind the gateway, all that they started included. One ignores SIGTERM and the end of its input; one has started two that outlive it.";
    };
  }

  private String stolen(Scene scene) {
    double share = measurements.stolen(scene);
    return share < WORTH_SAYING
        ? ""
        : " **Meanwhile the hypervisor gave %d %% of the processor time that was wanted to others**, and everything stood still for as long."
            .formatted(Math.round(share * 100));
  }

  private Table table(Scene scene) {
    Table table = new Table(columns(scene.kind()));
    for (String contender : measurements.contenders(scene)) {
      table.row(cells(scene, contender));
    }
    return table;
  }

  private static String[] columns(Scene.Kind kind) {
    return switch (kind) {
      case OPEN -> new String[] {"", "p50 / weir", "p50", "p99", "alone"};
      case STORM -> new String[] {"", "last / direct", "first", "last", "overtaken"};
      case CALL ->
          new String[] {
            "",
            "added / weir",
            "p50",
            "added",
            "p99",
            "processor, gateway",
            "processor, all",
            "failures"
          };
      case CROWD ->
          new String[] {
            "",
            "throughput / weir",
            "calls",
            "p50",
            "p99",
            "processor, gateway",
            "processor, all",
            "memory, gateway",
            "memory, all",
            "failures"
          };
      case PAIR -> new String[] {"client", "p50", "added", "p99", "failures"};
      case MEMORY ->
          new String[] {"", "heap per session", "of that buffers", "sessions", "memory, gateway"};
      case KILL -> new String[] {"", "processes", "left after 5 s", "last gone after"};
    };
  }

  private Object[] cells(Scene scene, String contender) {
    String shown = contender.equals(WEIR) ? "**" + contender + "**" : contender;
    return switch (scene.kind()) {
      case OPEN ->
          new Object[] {
            shown,
            Figures.ratio(measurements.ratio(scene, contender, WEIR, Metric.OPEN)),
            nanos(scene, contender, Metric.OPEN),
            Figures.nanos(measurements.p99(scene, contender, Metric.OPEN)),
            alone(scene, contender)
          };
      case STORM ->
          new Object[] {
            shown,
            Figures.ratio(measurements.ratio(scene, contender, Contenders.DIRECT, Metric.LAST)),
            nanos(scene, contender, Metric.FIRST),
            nanos(scene, contender, Metric.LAST),
            Figures.plain(measurements.highest(scene, contender, Metric.OVERTAKEN))
          };
      case CALL -> {
        double added = added(scene, contender);
        yield new Object[] {
          shown,
          Figures.ratio(
              contender.equals(Contenders.DIRECT) ? Double.NaN : added / added(scene, WEIR)),
          nanos(scene, contender, Metric.P50),
          contender.equals(Contenders.DIRECT) ? "–" : Figures.nanos(added),
          nanos(scene, contender, Metric.P99),
          processor(scene, contender, Metric.CPU_GATEWAY),
          processor(scene, contender, Metric.CPU_ALL),
          failures(scene, contender)
        };
      }
      case CROWD ->
          new Object[] {
            shown,
            Figures.ratio(measurements.ratio(scene, contender, WEIR, Metric.PER_SECOND)),
            Figures.perSecond(median(scene, contender, Metric.PER_SECOND)),
            nanos(scene, contender, Metric.P50),
            nanos(scene, contender, Metric.P99),
            processor(scene, contender, Metric.CPU_GATEWAY),
            processor(scene, contender, Metric.CPU_ALL),
            megabytes(scene, contender, Metric.MEMORY_GATEWAY),
            megabytes(scene, contender, Metric.MEMORY_ALL),
            failures(scene, contender)
          };
      case PAIR ->
          new Object[] {
            contender,
            nanos(scene, contender, Metric.P50),
            contender.equals(Contenders.DIRECT) ? "–" : Figures.nanos(added(scene, contender)),
            nanos(scene, contender, Metric.P99),
            failures(scene, contender)
          };
      case MEMORY ->
          new Object[] {
            shown,
            kilobytes(scene, contender, Metric.HEAP_PER_SESSION),
            kilobytes(scene, contender, Metric.BUFFERS_PER_SESSION),
            Figures.plain(median(scene, contender, Metric.SESSIONS)),
            megabytes(scene, contender, Metric.MEMORY_GATEWAY)
          };
      case KILL ->
          new Object[] {
            shown,
            Figures.plain(median(scene, contender, Metric.PROCESSES)),
            Figures.plain(median(scene, contender, Metric.LEFT)),
            nanos(scene, contender, Metric.GONE_AFTER)
          };
    };
  }

  private double median(Scene scene, String contender, Metric metric) {
    return measurements.median(scene, contender, metric);
  }

  private double added(Scene scene, String contender) {
    return measurements.added(scene, contender, Contenders.DIRECT, Metric.P50);
  }

  private String nanos(Scene scene, String contender, Metric metric) {
    return Figures.nanos(median(scene, contender, metric));
  }

  /** Nothing where no process could be looked at. */
  private String processor(Scene scene, String contender, Metric metric) {
    double nanos = median(scene, contender, metric);
    return nanos > 0 ? Figures.nanos(nanos) : "–";
  }

  private String kilobytes(Scene scene, String contender, Metric metric) {
    return Figures.plain(median(scene, contender, metric) / 1e3) + " KB";
  }

  private String megabytes(Scene scene, String contender, Metric metric) {
    double bytes = median(scene, contender, metric);
    return bytes > 0 ? Figures.plain(bytes / (1 << 20)) + " MiB" : "–";
  }

  private String failures(Scene scene, String contender) {
    double sum = 0;
    for (double value : measurements.values(scene, contender, Metric.FAILURES)) {
      sum += value;
    }
    return Figures.plain(sum);
  }

  private String alone(Scene scene, String contender) {
    double lowest = measurements.lowest(scene, contender, Metric.ALONE);
    return Double.isNaN(lowest) ? "–" : lowest == 1 ? "yes" : "**no**";
  }

  private static Page.Section shortfalls(List<Verdict> verdicts) {
    Table table = new Table("target", "measured");
    verdicts.stream()
        .filter(verdict -> verdict.outcome() == Verdict.Outcome.NOT_REACHED)
        .forEach(verdict -> table.row(verdict.target(), verdict.figures()));
    return table.isEmpty()
        ? new Page.Section("Where Weir falls short", "Nowhere in this run.\n", "")
        : new Page.Section("Where Weir falls short", table.markdown(), "");
  }

  private Map<String, Plot> plots() {
    Map<String, Plot> plots = new LinkedHashMap<>();
    plot(plots, Scene.Kind.OPEN, "Opening a session, p50", Metric.OPEN);
    plot(plots, Scene.Kind.STORM, plan.storm() + " sessions at once, the last one", Metric.LAST);
    plot(plots, Scene.Kind.CALL, "A call of one client, p50", Metric.P50);
    plot(plots, Scene.Kind.CROWD, plan.crowd() + " clients, calls per second", Metric.PER_SECOND);
    return plots;
  }

  private void plot(Map<String, Plot> plots, Scene.Kind kind, String title, Metric metric) {
    List<Scene> scenes = measurements.scenes(kind);
    if (scenes.isEmpty()) {
      return;
    }
    boolean rate = metric == Metric.PER_SECOND;
    double unit = rate ? 1 : 1e6;
    DoubleFunction<String> format =
        value -> rate ? Figures.perSecond(value) : Figures.nanos(value * unit);
    BarPlot plot =
        Plot.bars(title, rate ? "calls per second" : "milliseconds").logarithmic().format(format);
    for (Scene scene : scenes) {
      plot.group(scene.title());
      for (String contender : measurements.contenders(scene)) {
        plot.bar(
            contender,
            median(scene, contender, metric) / unit,
            measurements.lowest(scene, contender, metric) / unit,
            measurements.highest(scene, contender, metric) / unit,
            colour(contender));
      }
    }
    plots.put("gateway-" + kind.id(), plot);
  }

  private static BarPlot.Kind colour(String contender) {
    Contender.Kind kind =
        Contenders.all(0).stream()
            .filter(one -> one.id().equals(contender))
            .map(Contender::kind)
            .findFirst()
            .orElse(Contender.Kind.PEER);
    return switch (kind) {
      case OURS -> BarPlot.Kind.OURS;
      case DIRECT, FLOOR -> BarPlot.Kind.BASELINE;
      case PEER -> BarPlot.Kind.OTHERS;
    };
  }
}
