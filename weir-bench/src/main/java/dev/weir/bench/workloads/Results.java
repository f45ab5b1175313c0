package dev.weir.bench.workloads;

import dev.weir.bench.report.Machine;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.RawData;
import dev.weir.bench.workloads.loopback.ServerProcess;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a workload has measured.
 *
 * @param page what it has to say of that
 * @param cells everything measured
 */
record Results(Page page, List<Cell> cells) {

  /** What holds of every workload's measurement. */
  List<String> method(LoadOptions options) {
    return List.of(
        "%d rounds in turn, each with %s of warm-up and a window of %s; the tables have the median of the rounds, ratios the median of the ratios within each round, failures their sum. Reuse counts from the first connection on."
            .formatted(options.rounds(), seconds(options.warmUp()), seconds(options.window())),
        "*Acquire* is the time until a client has a connection, the wait for other clients' calls included; *processor* the processor time of the whole client process for each call, which at few calls a second is mostly what it takes for itself; *utilisation* the share of the time for which connections are in clients' hands; *least / most served* the calls of the client that got the fewest, divided by those of the one that got the most: where it is 0, a client got nothing at all, and its wait is in no percentile.",
        "The server is a process of its own on the same machine (`%s`) and waits for as long as it is told to work. Clients are virtual threads."
            .formatted(String.join(" ", ServerProcess.JVM_OPTIONS)),
        "Versions: " + String.join(", ", versions()) + ".");
  }

  RawData raw(String command, Machine machine, LoadOptions options) {
    var raw = new RawData(command, machine);
    raw.fact("versions", versions());
    raw.fact("rounds", options.rounds());
    raw.fact("windowSeconds", options.window().toMillis() / 1e3);
    raw.fact("warmUpSeconds", options.warmUp().toMillis() / 1e3);
    cells.forEach(cell -> cell.rows().forEach(raw::row));
    Set<Entrant> entrants = new LinkedHashSet<>();
    cells.forEach(cell -> entrants.add(cell.entrant()));
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

  private Set<String> versions() {
    Set<String> versions = new LinkedHashSet<>();
    cells.forEach(cell -> Versions.of(cell.entrant().name()).ifPresent(versions::add));
    return versions;
  }

  private static String seconds(Duration time) {
    return time.toMillis() / 1e3 + " s";
  }
}
