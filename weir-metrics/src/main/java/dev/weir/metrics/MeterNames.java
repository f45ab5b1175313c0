package dev.weir.metrics;

import dev.weir.pool.PoolEvent.Reason;
import java.util.List;
import java.util.Locale;

/**
 * What the meters of a pool are called: the one place of their names, from which {@code
 * docs/metrics.md} is made.
 *
 * <p>The names are those of the OpenTelemetry semantic conventions for database clients, version
 * {@value #SEMANTIC_CONVENTIONS} (connection pools, status: development), which every back end and
 * dashboard for pools knows: {@link #DATABASE}. A pool of something else has the same names under
 * another prefix: {@link #GENERIC}, {@link #under}. What the conventions have no name for stays out
 * of their name space, under {@code weir.pool}.
 *
 * <p>Counts have no unit in Micrometer, as the conventions' {@code {connection}} is an annotation
 * that a back end must not append to the name. Times are in the registry's unit; the conventions
 * demand seconds, which is Prometheus' unit but must be set for OTLP ({@code baseTimeUnit}).
 */
public final class MeterNames {
  /** The version of the OpenTelemetry semantic conventions that {@link #DATABASE} follows. */
  public static final String SEMANTIC_CONVENTIONS = "1.44.0";

  private static final String OWN = "weir.pool";

  /** {@code db.client.connection.count} and so on, for pools of database connections. */
  public static final MeterNames DATABASE =
      new MeterNames(
          "db.client",
          OWN,
          "db.client.connection.pool.name",
          "db.client.connection.state",
          "weir.pool.");

  /** {@code weir.pool.connection.count} and so on, for pools of whatever else. */
  public static final MeterNames GENERIC = under(OWN, "pool");

  private final String prefix;
  private final String ownPrefix;
  private final String poolTag;
  private final String stateTag;
  private final String ownTags;

  private MeterNames(
      String prefix, String ownPrefix, String poolTag, String stateTag, String ownTags) {
    this.prefix = prefix;
    this.ownPrefix = ownPrefix;
    this.poolTag = poolTag;
    this.stateTag = stateTag;
    this.ownTags = ownTags;
  }

  /**
   * The same names in somebody's own name space.
   *
   * @param prefix what stands before {@code .connection.count}
   * @param poolTag the tag that says which pool
   */
  public static MeterNames under(String prefix, String poolTag) {
    return new MeterNames(prefix, prefix, poolTag, "state", "");
  }

  /** The meter's name. */
  public String of(PoolMeter meter) {
    return (meter.isConvention() ? prefix : ownPrefix) + "." + meter.suffix;
  }

  /** The tag that says which pool. */
  public String pool() {
    return poolTag;
  }

  /** The tag of {@link PoolMeter#COUNT}: {@code idle} or {@code used}. */
  public String state() {
    return stateTag;
  }

  /** The tag that says which key of a keyed pool, where that was asked for. */
  public String key() {
    return ownTags + "key";
  }

  /** The tag of {@link PoolMeter#RETIRED}. */
  public String reason() {
    return ownTags + "reason";
  }

  /** The tag of the meters of quantiles: {@code 0.5}, {@code 0.95} or {@code 0.99}. */
  public String quantile() {
    return ownTags + "quantile";
  }

  /** The tags of a meter, {@link #key} not included. */
  public List<String> tags(PoolMeter meter) {
    return switch (meter) {
      case COUNT -> List.of(pool(), state());
      case RETIRED -> List.of(pool(), reason());
      case WAIT_TIME_QUANTILE, USE_TIME_QUANTILE -> List.of(pool(), quantile());
      default -> List.of(pool());
    };
  }

  /** What tells a reason from others, in tags and events. */
  static String label(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a meter is. */
  public enum Kind {
    /** Goes up and down. */
    GAUGE,
    /** Only grows. */
    COUNTER,
    /** Counts and adds up spans of time. */
    TIMER
  }

  /** Where a meter's value comes from. */
  public enum Source {
    /** {@link dev.weir.pool.Pool#stats()}, read when the meter is. */
    STATISTICS,
    /** Events: needs the {@link PoolMeters} to be the pool's listener. */
    EVENTS
  }

  /** The meters of a pool. The first nine are the conventions', the others Weir's own. */
  public enum PoolMeter {
    COUNT("connection.count", Kind.GAUGE, "open connections: idle, or used (leased)"),
    IDLE_MAX("connection.idle.max", Kind.GAUGE, "connections that may be idle: the bound max"),
    IDLE_MIN("connection.idle.min", Kind.GAUGE, "connections kept open: the bound min"),
    MAX("connection.max", Kind.GAUGE, "connections at most: the bound max"),
    PENDING_REQUESTS("connection.pending_requests", Kind.GAUGE, "callers that wait"),
    TIMEOUTS("connection.timeouts", Kind.COUNTER, "acquires whose time was up"),
    CREATE_TIME(
        "connection.create_time",
        Kind.TIMER,
        Source.EVENTS,
        "how long opening took, failed tries not included"),
    WAIT_TIME(
        "connection.wait_time",
        Kind.TIMER,
        "how long acquires took; one that found a ready connection counts as zero"),
    USE_TIME(
        "connection.use_time", Kind.TIMER, "how long leases lasted, in steps of a millisecond"),

    OPENING("connection.opening", Kind.GAUGE, "connections being opened"),
    OPENED("connection.opened", Kind.COUNTER, "connections opened"),
    CLOSED("connection.closed", Kind.COUNTER, "connections that left: closed or detached"),
    RETIRED(
        "connection.retired",
        Kind.COUNTER,
        Source.EVENTS,
        "connections that left, by reason: idle, lifetime, check-failed …"),
    OPEN_FAILURES(
        "connection.open_failures",
        Kind.COUNTER,
        "single tries to open that failed or took too long"),
    CHECK_FAILURES(
        "connection.check_failures", Kind.COUNTER, "checks that failed or took too long"),
    ACQUIRE_FAILURES(
        "connection.acquire_failures",
        Kind.COUNTER,
        "acquires that ended without a lease, time-outs included"),
    ENDPOINTS_DOWN(
        "connection.endpoints_down",
        Kind.GAUGE,
        "endpoints whose breaker is open: 0 or 1; of a keyed pool, how many"),
    BREAKER_OPENINGS(
        "connection.breaker_openings",
        Kind.COUNTER,
        Source.EVENTS,
        "how often the endpoint's breaker opened; a connection's: retired, reason broken"),
    LEAKS_SUSPECTED(
        "connection.leaks_suspected",
        Kind.COUNTER,
        Source.EVENTS,
        "leases held for too long or forgotten; reclaimed: retired, reason leaked or lost"),
    LEAKS_ENDED(
        "connection.leaks_ended",
        Kind.COUNTER,
        Source.EVENTS,
        "suspected leaks whose holder ended the lease after all"),
    EXHAUSTIONS(
        "connection.exhaustions",
        Kind.COUNTER,
        Source.EVENTS,
        "how often callers began to wait because every connection was leased"),
    WAIT_TIME_QUANTILE(
        "connection.wait_time.quantile",
        Kind.GAUGE,
        "quantiles of wait_time since the pool was built"),
    USE_TIME_QUANTILE(
        "connection.use_time.quantile",
        Kind.GAUGE,
        "quantiles of use_time since the pool was built");

    private final String suffix;
    private final Kind kind;
    private final Source source;
    private final String about;

    PoolMeter(String suffix, Kind kind, String about) {
      this(suffix, kind, Source.STATISTICS, about);
    }

    PoolMeter(String suffix, Kind kind, Source source, String about) {
      this.suffix = suffix;
      this.kind = kind;
      this.source = source;
      this.about = about;
    }

    /** Whether the name is one of the OpenTelemetry semantic conventions. */
    public boolean isConvention() {
      return compareTo(OPENING) < 0;
    }

    public Kind kind() {
      return kind;
    }

    public Source source() {
      return source;
    }

    /** What it counts, in one line. */
    public String about() {
      return about;
    }
  }
}
