package dev.weir.gateway.upstream;

import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.upstream.Evidence.Sign;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who may share the sessions of one upstream: what the operator said, and what holds.
 *
 * <p>States: as configured → downgraded, once and for good, and only from {@code shared}: at the
 * first sign that the upstream keeps state after all, client sessions that begin from then on are
 * dedicated. Nothing here ever widens what is shared; a restart begins anew with what is
 * configured. Under {@code identity} state is one person's own, so signs are kept and nothing more.
 *
 * <p>Thread-safe.
 */
public final class IsolationState {
  private static final System.Logger LOG = System.getLogger(IsolationState.class.getName());

  /** What a shared session gets that nobody can be shown to be meant by. */
  public enum Dropped {
    LOG,
    PROGRESS,
    UPDATE,
    QUESTION,
    OTHER
  }

  /** When and why it became dedicated. */
  public record Downgrade(Instant at, Sign because) {}

  private final String upstream;
  private final Isolation configured;
  private final Clock clock;
  private final MeterRegistry meters;
  private final Evidence evidence = new Evidence(this::against);
  private final AtomicReference<@Nullable Downgrade> downgrade = new AtomicReference<>();

  public IsolationState(String upstream, Isolation configured, MeterRegistry meters, Clock clock) {
    this.upstream = upstream;
    this.configured = configured;
    this.meters = meters;
    this.clock = clock;
    for (Isolation isolation : Isolation.values()) {
      Gauge.builder("weir.upstream.isolation", () -> effective() == isolation ? 1 : 0)
          .description("1 for the isolation that holds for new client sessions")
          .tag("upstream", upstream)
          .tag("isolation", isolation.word())
          .register(meters);
    }
  }

  public String upstream() {
    return upstream;
  }

  public Isolation configured() {
    return configured;
  }

  /** What holds for a client session that begins now. */
  public Isolation effective() {
    return downgrade.get() == null ? configured : Isolation.DEDICATED;
  }

  /** Null while it is as configured. */
  public @Nullable Downgrade downgrade() {
    return downgrade.get();
  }

  public Evidence evidence() {
    return evidence;
  }

  private void against(Sign sign) {
    if (configured == Isolation.SHARED
        && downgrade.compareAndSet(null, new Downgrade(clock.instant(), sign))) {
      LOG.log(
          System.Logger.Level.WARNING,
          "upstream \"%s\": isolation shared is over, new client sessions get sessions of their own: %s; set isolation: dedicated, see docs/isolation.md"
              .formatted(upstream, sign.words()));
    }
  }

  /** A message on a shared session went to nobody. */
  public void dropped(Dropped what) {
    Counter.builder("weir.upstream.shared.dropped")
        .description("Messages on shared sessions that could not be told whose they are")
        .tag("upstream", upstream)
        .tag("what", what.name().toLowerCase(Locale.ROOT))
        .register(meters)
        .increment();
  }
}
