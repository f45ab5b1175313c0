package dev.weir.bench.gateway;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.LinePlot;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The report of a soak. */
final class SoakPage {
  private static final double MEGABYTE = 1 << 20;

  private final Soak soak;
  private final int clients;
  private final int idle;

  SoakPage(Soak soak, int clients, int idle) {
    this.soak = soak;
    this.clients = clients;
    this.idle = idle;
  }

  Page page() {
    return new Page(
        "Soak: clients that never say goodbye",
        "What is left of clients that open a session, call, and leave without a word?",
        List.of(
            "%d clients at a time, each with one session after the other, two in three on a server over stdio, the others over HTTP; one to three calls each. None ends its session: the gateway's `sessions.idle-timeout` is %d s."
                .formatted(clients, idle),
            "A client leaves after its calls, or in mid-call, by closing its connection; or its server's process is killed first.",
            "*Start* and *end* are with nothing open, before and after, *peak* the most that was seen, once a second. Processes are counted by the machine: all that carry a mark on their command line or in their environment."),
        verdicts(),
        List.of(
            new Page.Section(
                "What was open", open().markdown(), "Live heap is what a full collection leaves."),
            new Page.Section("What clients did", done().markdown(), "")),
        Map.of("soak", plot()),
        List.of(
            "Half-open connections, of a client whose machine has gone: over loopback every client says that it closes.",
            "Hours and days."));
  }

  private List<Verdict> verdicts() {
    Map<String, Double> left = soak.end().leftSince(soak.start());
    String figures =
        left.isEmpty()
            ? "none"
            : left.entrySet().stream()
                .map(entry -> Figures.plain(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    return List.of(
        new Verdict(
            "no process, socket, pipe or session is left after the idle time",
            left.isEmpty(),
            figures),
        new Verdict(
            "whoever opens a session and calls is answered",
            soak.churn().failures() == 0 && soak.churn().calls() > 0,
            soak.churn().calls()
                + " calls answered, "
                + soak.churn().failures()
                + " clients failed"));
  }

  private Table open() {
    Table table = new Table("", "start", "peak", "end");
    Map<String, Double> start = soak.start().counts();
    Map<String, Double> peak = soak.peak().counts();
    soak.end()
        .counts()
        .forEach(
            (name, end) -> table.row(name, number(start, name), number(peak, name), number(end)));
    table.row(
        "live heap, MiB",
        Figures.plain(soak.heapBefore() / MEGABYTE),
        "–",
        Figures.plain(soak.heapAfter() / MEGABYTE));
    return table;
  }

  private static String number(Map<String, Double> counts, String name) {
    return number(counts.getOrDefault(name, 0.0));
  }

  private static String number(double count) {
    return "%,d".formatted(Math.round(count));
  }

  private Table done() {
    Table table = new Table("", "times");
    soak.churn().left().forEach((how, times) -> table.row("left " + how.text(), times.sum()));
    table.row("calls that were answered", soak.churn().calls());
    table.row("clients that failed", soak.churn().failures());
    return table;
  }

  private Plot plot() {
    LinePlot plot = Plot.lines("What was open", "seconds", "count");
    for (String name : List.of("client sessions", "processes", "sockets")) {
      SortedMap<Double, Double> points = new TreeMap<>();
      soak.samples()
          .forEach((second, census) -> points.put(second, census.counts().getOrDefault(name, 0.0)));
      plot.line(name, points);
    }
    return plot;
  }
}
