package dev.weir.gateway.admin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What became of the reloads of the configuration, for people and for the meters. Thread-safe. */
public final class ReloadHistory {
  private final Clock clock;
  private final Counter successes;
  private final Counter failures;
  private volatile Instant inEffectSince;
  private volatile List<String> wantRestart = List.of();
  private volatile @Nullable Failure failure;

  /** A reload that changed nothing, and everything that was wrong. */
  private record Failure(Instant at, List<String> errors) {}

  /** What was read at the start counts as in effect, and not as a reload. */
  public ReloadHistory(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    this.successes = counter(meters, "success");
    this.failures = counter(meters, "failure");
    this.inEffectSince = clock.instant();
    Gauge.builder("weir.config.last.reload.successful", () -> failure == null ? 1 : 0)
        .description("1 while what was read last is in effect, 0 since a reload failed")
        .register(meters);
    Gauge.builder("weir.config.in.effect.since", () -> inEffectSince.toEpochMilli() / 1e3)
        .description("When the configuration was last read without an error, in Unix time")
        .baseUnit("seconds")
        .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("weir.config.reloads")
        .description("Reloads of the configuration since start, by outcome")
        .tag("outcome", outcome)
        .register(meters);
  }

  /**
   * A configuration was taken into service.
   *
   * @param restart options that it changes and that want a restart
   */
  public void succeeded(List<String> restart) {
    wantRestart = List.copyOf(restart);
    inEffectSince = clock.instant();
    failure = null;
    successes.increment();
  }

  /** A configuration was read that cannot be used; the one before it stays in effect. */
  public void failed(List<String> errors) {
    failure = new Failure(clock.instant(), List.copyOf(errors));
    failures.increment();
  }

  /** What is wrong with the configuration that was read last; null while that is in effect. */
  @Nullable String fault() {
    Failure last = failure;
    return last == null
        ? null
        : "not reloaded at %s, what was in effect before still is: %s"
            .formatted(last.at, String.join("; ", last.errors));
  }

  void describe(ObjectNode to) {
    to.put("inEffectSince", inEffectSince.toString());
    to.put("reloads", (long) successes.count());
    to.put("failedReloads", (long) failures.count());
    ArrayNode restart = to.putArray("wantRestart");
    wantRestart.forEach(restart::add);
    Failure last = failure;
    if (last != null) {
      ObjectNode failed = to.putObject("lastFailure").put("at", last.at.toString());
      ArrayNode errors = failed.putArray("errors");
      last.errors.forEach(errors::add);
    }
  }
}
