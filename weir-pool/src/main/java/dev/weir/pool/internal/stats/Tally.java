package dev.weir.pool.internal.stats;

import dev.weir.pool.PoolStats;

/** What {@link Counters} held at one moment. Tallies of several pools can be added up. */
public record Tally(
    long created,
    long destroyed,
    long acquired,
    long released,
    long failedAcquires,
    long timedOutAcquires,
    long failedOpens,
    long checkFailures,
    Distribution waits,
    Distribution holds) {

  public Tally plus(Tally other) {
    return new Tally(
        created + other.created,
        destroyed + other.destroyed,
        acquired + other.acquired,
        released + other.released,
        failedAcquires + other.failedAcquires,
        timedOutAcquires + other.timedOutAcquires,
        failedOpens + other.failedOpens,
        checkFailures + other.checkFailures,
        waits.plus(other.waits),
        holds.plus(other.holds));
  }

  /** Together with how things stand. */
  public PoolStats with(Sizes sizes, String strategy) {
    return new PoolStats(
        sizes.active(),
        sizes.idle(),
        sizes.pending(),
        sizes.opening(),
        sizes.size(),
        sizes.min(),
        sizes.max(),
        sizes.endpointsDown(),
        created,
        destroyed,
        acquired,
        released,
        failedAcquires,
        timedOutAcquires,
        failedOpens,
        checkFailures,
        waits.times(),
        holds.times(),
        strategy);
  }

  /** How things stand at one moment. */
  public record Sizes(
      int active,
      int idle,
      int pending,
      int opening,
      int size,
      int min,
      int max,
      int endpointsDown) {
    /** Of no pool at all. */
    public static final Sizes NONE = new Sizes(0, 0, 0, 0, 0, 0, 0, 0);

    public Sizes plus(Sizes other) {
      return new Sizes(
          active + other.active,
          idle + other.idle,
          pending + other.pending,
          opening + other.opening,
          size + other.size,
          min + other.min,
          max + other.max,
          endpointsDown + other.endpointsDown);
    }

    public Sizes withMax(int max) {
      return new Sizes(active, idle, pending, opening, size, min, max, endpointsDown);
    }
  }
}
