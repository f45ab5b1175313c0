package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Server;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much {@code ./weir bench gateway} measures. What is not said depends on {@code --quick}. */
final class Scale {
  @Option(
      names = "--quick",
      description = "Once, and shortly: shows that it works, proves nothing.")
  boolean quick;

  @Option(names = "--rounds", description = "Turns of each contender; 5, quick: 1.")
  @Nullable Integer rounds;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      description =
          "Length of one measurement of calls; 3, quick: 1. Twice that or more before the first.")
  @Nullable Double window;

  @Option(names = "--opens", description = "Sessions opened in a round; 20, quick: 8.")
  @Nullable Integer opens;

  @Option(names = "--storm", description = "Sessions opened at once; 32.")
  @Nullable Integer storm;

  @Option(names = "--crowd", description = "Clients that call at once; 32.")
  @Nullable Integer crowd;

  @Option(names = "--idle", description = "Sessions whose memory is measured; 10000.")
  @Nullable Integer idle;

  @Option(names = "--children", description = "Processes of the gateway that is killed; 20.")
  @Nullable Integer children;

  @Option(
      names = "--servers",
      split = ",",
      paramLabel = "SERVER",
      description = "What the contenders stand in front of: light, everything; both by default.")
  List<String> servers = List.of("light", "everything");

  Plan plan() {
    Plan usual = Plan.usual(quick);
    Duration span = window == null ? usual.window() : Duration.ofNanos(Math.round(window * 1e9));
    return new Plan(
        or(rounds, usual.rounds()),
        span,
        span.multipliedBy(2),
        or(opens, usual.opens()),
        usual.pause(),
        or(storm, usual.storm()),
        or(crowd, usual.crowd()),
        or(idle, usual.idle()),
        or(children, usual.children()),
        servers.stream().flatMap(id -> Server.named(id).stream()).toList(),
        usual.crowdEverywhere());
  }

  private static int or(@Nullable Integer given, int usual) {
    return given == null ? usual : given;
  }
}
