package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contender.Trait;
import dev.weir.bench.report.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** What the pool is meant to reach, and whether it did in this race. */
final class Verdicts {
  /**
   * One target.
   *
   * @param reached empty when this race did not measure what it takes
   * @param figures what decides
   */
  record Verdict(String scenario, String target, Optional<Boolean> reached, String figures) {}

  private static final String WEIR = "weir";
  private static final String WEIR_JDBC = "weir-jdbc";

  private final Samples samples;
  private final List<Contender> products;
  private final int cores;
  private final List<Verdict> verdicts = new ArrayList<>();

  private Verdicts(Samples samples, List<Contender> contenders, int cores) {
    this.samples = samples;
    this.products =
        contenders.stream().filter(c -> !c.is(Trait.OURS) && !c.is(Trait.BASELINE)).toList();
    this.cores = cores;
  }

  /** The targets that have to do with the scenarios of the race. */
  static List<Verdict> of(
      Samples samples, List<Contender> contenders, List<Scenario> scenarios, int cores) {
    Verdicts verdicts = new Verdicts(samples, contenders, cores);
    scenarios.forEach(verdicts::judge);
    return verdicts.verdicts;
  }

  private void judge(Scenario scenario) {
    switch (scenario) {
      case A -> {
        oneThread();
        toHikari(scenario, 0.3);
      }
      case S1 -> toHikari(scenario, 0.5);
      case S2, S8, S32 -> aheadWithConnections(scenario);
      case B, C -> {
        ahead(scenario, "ahead of every pool that wakes its waiters", 1, wakes());
        withinOfStormpot(scenario);
        aheadWithConnections(scenario);
      }
      case D1 -> {
        ahead(
            scenario,
            "ahead of every pool that starves nobody",
            1,
            c -> samples.worst(c.name(), Scenario.D1, Metric.STARVED) == 0);
        ahead(scenario, "at least BeeCP's throughput", 1, c -> c.name().equals("beecp"));
        aheadWithConnections(scenario);
      }
      case H2 -> {
        throughputOfBest(scenario, 0.95);
        waitOfFair();
        even(scenario);
      }
      case V -> {
        throughputOfBest(scenario, 0.9);
        even(scenario);
        carriers();
      }
      case E1, E2 -> even(scenario);
      case SPIKE -> lastServed(scenario, 600);
      case SPIKE20 -> lastServed(scenario, 150);
      case DOWN -> down();
      case HANG -> hang();
    }
  }

  private Predicate<Contender> wakes() {
    return c -> !c.is(Trait.WAKES_NOBODY);
  }

  private void oneThread() {
    double toHikari = samples.ratio(WEIR, "hikari", Scenario.A, Metric.CPU_PER_OP);
    add(
        Scenario.A,
        "at most 0.1 x HikariCP's time",
        toHikari,
        toHikari <= 0.1,
        Figures.ratio(toHikari));
    double ours = nanos(WEIR);
    Optional<Contender> fastest =
        products.stream()
            .filter(c -> c.kind() == Contender.Kind.OBJECT)
            .filter(c -> Double.isFinite(nanos(c.name())))
            .min(Comparator.comparingDouble(c -> nanos(c.name())));
    if (fastest.isPresent()) {
      double theirs = nanos(fastest.get().name());
      add(
          Scenario.A,
          "within 5 ns of the fastest pool of bare objects",
          ours,
          ours - theirs <= 5,
          "%s; %s: %s%s"
              .formatted(
                  Figures.nanos(ours), fastest.get().name(), Figures.nanos(theirs), floor()));
    }
    double bytes = samples.median(WEIR, Scenario.A, Metric.BYTES_PER_OP);
    add(
        Scenario.A,
        "allocates at most one small object (of 48 bytes)",
        bytes,
        bytes <= 48.5,
        Figures.plain(bytes) + " bytes");
    double reused = samples.median("weir-reusable", Scenario.A, Metric.BYTES_PER_OP);
    add(
        Scenario.A,
        "allocates nothing with a reusable lease",
        reused,
        reused < 0.5,
        Figures.plain(reused) + " bytes");
  }

  /** The data source against the one that most programs have. */
  private void toHikari(Scenario scenario, double share) {
    double ratio = samples.ratio(WEIR_JDBC, "hikari", scenario, Metric.CPU_PER_OP);
    add(
        scenario,
        "weir-jdbc: at most " + share + " x HikariCP's time",
        ratio,
        ratio <= share,
        Figures.ratio(ratio));
  }

  private void aheadWithConnections(Scenario scenario) {
    ahead(
        WEIR_JDBC,
        scenario,
        "weir-jdbc: ahead of every JDBC pool",
        1,
        c -> c.kind() == Contender.Kind.JDBC);
  }

  /** What the two compare-and-sets alone cost, without which no lease ends just once. */
  private String floor() {
    double floor = nanos("cas-pair");
    return Double.isFinite(floor) ? "; two compare-and-sets alone: " + Figures.nanos(floor) : "";
  }

  private double nanos(String contender) {
    return samples.median(contender, Scenario.A, Metric.CPU_PER_OP);
  }

  /** Compares with the one that comes nearest, or is further ahead than all others. */
  private void ahead(Scenario scenario, String target, double share, Predicate<Contender> of) {
    ahead(WEIR, scenario, target, share, of);
  }

  private void ahead(
      String ours, Scenario scenario, String target, double share, Predicate<Contender> of) {
    ToDoubleFunction<Contender> lead =
        c -> samples.ratio(ours, c.name(), scenario, Metric.OPS_PER_SECOND);
    products.stream()
        .filter(of)
        .filter(c -> Double.isFinite(lead.applyAsDouble(c)))
        .min(Comparator.comparingDouble(lead))
        .ifPresentOrElse(
            nearest -> {
              double ratio = lead.applyAsDouble(nearest);
              add(
                  scenario,
                  target,
                  ratio,
                  ratio >= share,
                  Figures.ratio(ratio) + " " + nearest.name());
            },
            () -> add(scenario, target, Double.NaN, false, ""));
  }

  private void withinOfStormpot(Scenario scenario) {
    double behind = 1 / samples.ratio(WEIR, "stormpot", scenario, Metric.OPS_PER_SECOND);
    add(
        scenario,
        "at most 1.5 x the time of Stormpot, which does not wake its waiters",
        behind,
        behind <= 1.5,
        Figures.ratio(behind));
  }

  private void throughputOfBest(Scenario scenario, double share) {
    ahead(
        scenario, "throughput at least " + Figures.plain(share) + " x the best", share, c -> true);
  }

  /** The fair pools are those that served all alike, in this very race. */
  private void waitOfFair() {
    Scenario h2 = Scenario.H2;
    double ours = samples.median(WEIR, h2, Metric.WAIT_P99);
    products.stream()
        .filter(c -> samples.evenness(c.name(), h2) >= 0.9)
        .min(Comparator.comparingDouble(c -> samples.median(c.name(), h2, Metric.WAIT_P99)))
        .ifPresentOrElse(
            fair -> {
              double theirs = samples.median(fair.name(), h2, Metric.WAIT_P99);
              add(
                  h2,
                  "p99 of the waits at most 2 x that of the fair pools",
                  ours,
                  ours <= 2 * theirs,
                  "%s; %s: %s".formatted(Figures.nanos(ours), fair.name(), Figures.nanos(theirs)));
            },
            () ->
                add(
                    h2,
                    "p99 of the waits at most 2 x that of the fair pools",
                    Double.NaN,
                    false,
                    ""));
  }

  private void even(Scenario scenario) {
    double even = samples.evenness(WEIR, scenario);
    add(
        scenario,
        "the least served gets at least half of the most served",
        even,
        even >= 0.5,
        Figures.plain(even));
  }

  private void carriers() {
    double used = samples.median(WEIR, Scenario.V, Metric.CORES);
    double late = samples.median(WEIR, Scenario.V, Metric.HEARTBEAT_MAX);
    add(
        Scenario.V,
        "no carrier saturated: below 90 % of the cores, a sleeping virtual thread at most 50 ms late",
        used + late,
        used < 0.9 * cores && late <= 50e6,
        "%s of %d cores, %s late".formatted(Figures.plain(used), cores, Figures.nanos(late)));
  }

  private void lastServed(Scenario scenario, int millis) {
    double last = samples.worst(WEIR, scenario, Metric.LAST_KNEW);
    double served = samples.median(WEIR, scenario, Metric.SERVED);
    add(
        scenario,
        "last served within " + millis + " ms",
        last,
        last <= millis * 1e6 && served == scenario.callers(),
        Figures.nanos(last));
  }

  private void down() {
    Scenario down = Scenario.DOWN;
    double last = samples.worst(WEIR, down, Metric.LAST_KNEW);
    double told = samples.median(WEIR, down, Metric.TOLD_THE_CAUSE);
    add(
        down,
        "all callers know within 100 ms, with the cause",
        last,
        last <= 100e6 && told == down.callers(),
        "%s, %s of %d told the cause"
            .formatted(Figures.nanos(last), Figures.plain(told), down.callers()));
  }

  private void hang() {
    Scenario hang = Scenario.HANG;
    double last = samples.worst(WEIR, hang, Metric.LAST_KNEW);
    double served = samples.median(WEIR, hang, Metric.SERVED);
    int others = hang.callers() - 1;
    add(
        hang,
        "nobody else waits for it: the others served within 50 ms",
        last,
        last <= 50e6 && served == others,
        "%s, %s of %d served".formatted(Figures.nanos(last), Figures.plain(served), others));
  }

  private void add(
      Scenario scenario, String target, double measured, boolean reached, String figures) {
    Optional<Boolean> verdict = Double.isFinite(measured) ? Optional.of(reached) : Optional.empty();
    verdicts.add(new Verdict(scenario.id(), target, verdict, figures));
  }
}
