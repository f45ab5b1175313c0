package dev.weir.bench.workloads;

import dev.weir.bench.report.Machine;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.RawData;
import dev.weir.bench.workloads.loopback.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a page, its plots and its raw data. */
final class PageWriter {
  private final String name;
  private final String command;
  private final Machine machine;
  private final LoadOptions options;

  /**
   * @param name of the workload, and of the files
   * @param command what repeats the measurement
   */
  PageWriter(String name, String command, Machine machine, LoadOptions options) {
    this.name = name;
    this.command = command;
    this.machine = machine;
    this.options = options;
  }

  void write(Page page, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, Plot> plot : page.plots().entrySet()) {
      plot.getValue().write(directory.resolve(plot.getKey() + ".svg"));
    }
    raw(page).write(directory.resolve(name + ".json"));
    Files.writeString(directory.resolve(name + ".md"), markdown(page));
  }

  private String markdown(Page page) {
    var text = new StringBuilder("# " + page.title() + "\n\n");
    text.append("<!-- Written by `").append(command).append("`. -->\n\n");
    text.append(page.question()).append("\n\n");
    if (options.quick) {
      text.append("A quick run: it proves nothing.\n\n");
    }
    page.verdicts().forEach(verdict -> text.append("- ").append(verdict.line()).append('\n'));
    for (String plot : page.plots().keySet()) {
      text.append("\n![").append(plot).append("](").append(plot).append(".svg)\n");
    }
    for (Page.Section section : page.sections()) {
      text.append("\n## ").append(section.heading()).append("\n\n");
      text.append(section.table()).append('\n').append(section.note()).append('\n');
    }
    list(text, "How it was measured", measured(page));
    list(text, "What it does not show", page.limits());
    return text.toString();
  }

  private List<String> measured(Page page) {
    List<String> lines = new ArrayList<>(page.method());
    lines.add(
        "%d rounds in turn, each with %s of warm-up and a window of %s; the tables have the median of the rounds, ratios the median of the ratios within each round, failures their sum. Reuse counts from the first connection on."
            .formatted(options.rounds(), seconds(options.warmUp()), seconds(options.window())));
    lines.add(
        "*Acquire* is the time until a client has a connection, the wait for other clients' calls included; *processor* the processor time of the whole client process for each call, which at few calls a second is mostly what it takes for itself; *utilisation* the share of the time for which connections are in clients' hands; *least / most served* the calls of the client that got the fewest, divided by those of the one that got the most: where it is 0, a client got nothing at all, and its wait is in no percentile.");
    lines.add(
        "The server is a process of its own on the same machine (`%s`) and waits for as long as it is told to work. Clients are virtual threads."
            .formatted(String.join(" ", ServerProcess.JVM_OPTIONS)));
    lines.add("Versions: " + String.join(", ", versions(page)) + ".");
    lines.add("Machine: " + machine.describe() + ".");
    if (machine.load() > machine.cores()) {
      lines.add(
          "**The machine was busy with other work**: what depends on time is worse than it would be on an idle one, and less certain. Ratios and processor time suffer least.");
    }
    lines.add("Command: `" + command + "`. Raw data: [" + name + ".json](" + name + ".json).");
    return lines;
  }

  private static void list(StringBuilder text, String heading, List<String> lines) {
    text.append("\n## ").append(heading).append("\n\n");
    lines.forEach(line -> text.append("- ").append(line).append('\n'));
  }

  private RawData raw(Page page) {
    var raw = new RawData(command, machine);
    raw.fact("versions", versions(page));
    raw.fact("rounds", options.rounds());
    raw.fact("windowSeconds", options.window().toMillis() / 1e3);
    raw.fact("warmUpSeconds", options.warmUp().toMillis() / 1e3);
    raw.fact("verdicts", page.verdicts().stream().map(Verdict::line).toList());
    page.cells().forEach(cell -> cell.rows().forEach(raw::row));
    Set<Entrant> entrants = new LinkedHashSet<>();
    page.cells().forEach(cell -> entrants.add(cell.entrant()));
    entrants.forEach(entrant -> raw.row(totals(entrant)));
    return raw;
  }

  private static Map<String, Object> totals(Entrant entrant) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("contender", entrant.name());
    row.put("connections", entrant.size());
    row.put("opened", entrant.opened());
    row.put("calls", entrant.calls());
    row.put("failures", entrant.failures());
    if (entrant.pools()) {
      row.put("callsPerConnection", entrant.callsPerConnection());
    }
    return row;
  }

  private static Set<String> versions(Page page) {
    Set<String> versions = new LinkedHashSet<>();
    page.cells().forEach(cell -> Versions.of(cell.entrant().name()).ifPresent(versions::add));
    return versions;
  }

  private static String seconds(Duration time) {
    return time.toMillis() / 1e3 + " s";
  }
}
