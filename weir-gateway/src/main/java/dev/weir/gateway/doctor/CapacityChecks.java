package dev.weir.gateway.doctor;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.Machine;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.ledger.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Whether the machine has what the configuration may take: as many sessions as there may be, each
 * on one upstream, a process each where that is one; and what may be ready at the same time. A
 * gateway refuses in time what a machine does not have, so too little is no problem, but a
 * surprise.
 */
final class CapacityChecks {
  private final Reading reading;

  /**
   * @param reading of the machine, as it is without the gateway
   */
  CapacityChecks(Reading reading) {
    this.reading = reading;
  }

  static CapacityChecks ofThisMachine() {
    return new CapacityChecks(Machine.here().read());
  }

  List<Finding> findings(GatewayConfig config) {
    long sessions = config.sessions().max();
    long processes = processes(config);
    Claim process = Claim.process(0);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        finding(
            config,
            Resource.DESCRIPTORS,
            sessions * Claim.SESSION.descriptors() + processes * process.descriptors(),
            number -> String.format(Locale.ROOT, "%,d", number),
            "sessions.max " + sessions,
            "raise ulimit -n (LimitNOFILE= of systemd), or lower sessions.max"));
    findings.add(
        finding(
            config,
            Resource.PROCESSES,
            processes * process.processes(),
            number -> String.format(Locale.ROOT, "%,d", number),
            processes + " sessions on stdio upstreams",
            "raise ulimit -u or pids.max, or set max-sessions of those upstreams"));
    findings.add(
        finding(
            config,
            Resource.MEMORY,
            standby(config),
            MachineChecks::mebibytes,
            "what standby keeps ready",
            "lower standby.memory, or give the machine more"));
    return findings;
  }

  private Finding finding(
      GatewayConfig config,
      Resource resource,
      long wanted,
      Function<Long, String> amount,
      String what,
      String next) {
    Reading.Use use = reading.of(resource);
    if (use == null) {
      return Finding.ok(resource.label(), "not told, or no limit");
    }
    long kept = Headroom.kept(config.limits().headroom().fraction(), resource, use);
    long free = Math.max(0, use.limit() - kept - use.used());
    String state =
        "%s of %s are free for sessions; %s may take %s"
            .formatted(amount.apply(free), amount.apply(use.limit()), what, amount.apply(wanted));
    return wanted > free
        ? Finding.warning(resource.label(), state, next)
        : Finding.ok(resource.label(), state);
  }

  /** As many as can serve at once, when each session uses one upstream. */
  private static long processes(GatewayConfig config) {
    long all = 0;
    for (UpstreamConfig upstream : config.upstreams().values()) {
      if (upstream instanceof UpstreamConfig.Process) {
        all += upstream.maxSessions() == 0 ? config.sessions().max() : upstream.maxSessions();
      }
    }
    return Math.min(all, config.sessions().max());
  }

  private static long standby(GatewayConfig config) {
    return config.upstreams().values().stream()
        .filter(UpstreamConfig.Process.class::isInstance)
        .map(upstream -> ((UpstreamConfig.Process) upstream).standby())
        .filter(standby -> standby.max() > 0)
        .mapToLong(standby -> standby.memory().bytes())
        .sum();
  }
}
