package dev.weir.pool.simulation;

import dev.weir.pool.PoolStats;
import dev.weir.pool.internal.SizesDoor;
import dev.weir.pool.internal.stats.Tally.Sizes;
import org.jspecify.annotations.Nullable;

/** What must hold. */
final class Invariants {
  private static final long LONGEST_REST = Plan.MAX_BACKOFF.toNanos();

  /**
   * For how long a free lease may go unnoticed: a head of the line that found nothing looks again
   * after twice the interval of {@link dev.weir.pool.Fairness#THROUGHPUT}.
   */
  private static final long LONGEST_BLINDNESS = 20_000_000;

  /** How late a lease that is held for too long may be found. */
  private static final long LONGEST_BETWEEN_LOOKS = 1_000_000_000;

  private final World world;

  Invariants(World world) {
    this.world = world;
  }

  /** After every step of anybody. */
  void checkAlways() {
    for (SimConnection connection : world.alive) {
      that(connection.closes <= 1, "%s was closed twice", connection);
      that(connection.users <= connection.bound, "%s has %d holders", connection, connection.users);
    }
    world.alive.removeIf(connection -> connection.closes > 0 && connection.users == 0);
    int places = 0;
    for (Sizes sizes : world.pools.sizes()) {
      places += sizes.size();
      // Not with those being opened, which are counted until after they were handed on.
      that(
          sizes.idle() + sizes.active() <= sizes.size(), "more connections than places: %s", sizes);
    }
    that(places <= most(), "%d places taken of %d", places, most());
    if (world.pools.single != null) {
      checkFloor(SizesDoor.of(world.pools.single), SizesDoor.floor(world.pools.single));
    }
  }

  private void checkFloor(Sizes sizes, int floor) {
    boolean none = world.closing && floor == 0;
    that(
        none || (sizes.min() <= floor && floor <= sizes.max()),
        "keeps %d connections: %s",
        floor,
        sizes);
    that(none || world.plan.adaptive() || floor == sizes.min(), "keeps %d: %s", floor, sizes);
  }

  private int most() {
    return world.pools.single == null ? world.plan.max() + 1 : world.bound;
  }

  /** When nobody can go on before time does. */
  void checkAtRest() {
    long now = world.clock.now();
    if (world.plan.reclaims() && !world.closed) {
      world.holdings.forEach(Invariants::checkReclaimed);
    }
    for (Request request : world.requests) {
      long late = now - request.deadlineAtRest(now);
      that(late < 0, "%s still waits, %d ns after its deadline", request.who, late);
    }
    for (SimConnection connection : world.alive) {
      that(
          !world.closeReturned || connection.closes > 0 || connection.detached,
          "%s is open although the pool is closed",
          connection);
    }
    for (Pools.Door door : world.pools.doors) {
      PoolStats stats = door.stats();
      if (stats != null) {
        door.endpoint().failures(stats.failedOpens());
        checkAtRest(door, stats);
      }
    }
  }

  private static void checkReclaimed(Holding holding) {
    if (holding.mayBeTaken()) {
      holding.connection().doomed = true;
    }
    that(
        holding.overdueFor() <= LONGEST_BETWEEN_LOOKS || holding.isTaken(),
        "%s: held for too long by %d ns, and not taken back",
        holding,
        holding.overdueFor());
  }

  private void checkAtRest(Pools.Door door, PoolStats stats) {
    long waiting = world.requests.stream().filter(r -> r.door == door).count();
    that(stats.pending() == waiting, "%d wait, the pool knows of %d", waiting, stats.pending());
    if (stats.size() > stats.maxSize()) {
      world.alive.forEach(connection -> connection.doomed = true);
    }
    if (world.pools.single != null && stats.size() <= stats.maxSize()) {
      world.bound = stats.maxSize();
    }
    if (!world.closed) {
      long held =
          world.holdings.stream()
              .filter(h -> h.connection().endpoint == door.endpoint() && !h.isTaken())
              .count();
      long leases = stats.acquired() - stats.released();
      that(
          held <= leases && leases <= held + world.ending,
          "%d leases, the pool knows of %d",
          held,
          leases);
      that(
          stats.active() >= Math.min(held, 1) && stats.active() <= held + world.ending,
          "%d leases on %d connections",
          held,
          stats.active());
    }
    long connections = door.connections().size();
    that(
        stats.size() == stats.opening() + connections || world.closed,
        "%d places, %d connections and %d being opened",
        stats.size(),
        connections,
        stats.opening());
    boolean checks = door.endpoint().checking > 0;
    SimConnection free = stats.pending() == 0 || checks || isKept(stats) ? null : leaseFree(door);
    long unseen = door.endpoint().freeFor(free);
    that(
        unseen <= LONGEST_BLINDNESS,
        "%d wait beside %s, which may be leased, for %d ns: %s",
        stats.pending(),
        free,
        unseen,
        stats);
    for (SimConnection connection : world.alive) {
      if (connection.users <= connection.limit) {
        connection.bound = connection.limit;
      }
    }
    boolean resting = world.clock.now() - door.endpoint().lastFailure <= LONGEST_REST;
    that(
        stats.pending() == 0
            || stats.size() >= stats.maxSize()
            || stats.opening() > 0
            || checks
            || resting
            || world.suspension != 0
            || world.pools.single == null,
        "%d wait, there is room, and nothing is done about it",
        stats.pending());
  }

  /** Whether the pool may keep what is free from those who wait. */
  private boolean isKept(PoolStats stats) {
    return world.suspension != 0 || world.closing || stats.size() > stats.maxSize();
  }

  /** A connection of which a lease is free; null if there is none, or if nobody can tell. */
  private @Nullable SimConnection leaseFree(Pools.Door door) {
    for (SimConnection connection : world.alive) {
      if (connection.endpoint == door.endpoint()
          && connection.closes == 0
          && !connection.detached
          && connection.sound
          && !connection.doomed
          && connection.users + connection.ending < connection.limit
          && connection.epoch == world.evictionsBegun
          && world.plan.maxLifetime().isZero()
          // The connections of a key may have to go although somebody still holds them.
          && (world.pools.single != null || connection.users + connection.ending == 0)) {
        return connection;
      }
    }
    return null;
  }

  /** When everybody has gone home and nothing goes wrong any more. */
  void checkQuiet() {
    that(world.requests.isEmpty(), "somebody still waits");
    that(world.holdings.isEmpty(), "somebody still holds a lease");
    for (Pools.Door door : world.pools.doors) {
      PoolStats stats = door.stats();
      if (stats != null) {
        that(stats.active() == 0, "leased, by nobody: %s", stats);
        that(stats.opening() == 0, "opening, for nobody: %s", stats);
        that(stats.idle() == stats.size(), "places without a connection: %s", stats);
        that(
            world.pools.single == null || stats.size() >= stats.minSize(),
            "fewer than min: %s",
            stats);
        that(
            world.pools.single == null || !world.plan.adaptive() || stats.size() <= stats.minSize(),
            "still so large after all was calm: %s",
            stats);
        long open =
            door.endpoint().opened.stream().filter(c -> c.closes == 0 && !c.detached).count();
        that(open == stats.idle(), "%d are open: %s", open, stats);
      }
    }
  }

  /** A while after the pool was closed. */
  void checkEnd() {
    that(world.requests.isEmpty(), "somebody still waits for a closed pool");
    for (Pools.Door door : world.pools.doors) {
      PoolStats stats = door.stats();
      that(stats == null || stats.size() == 0, "a closed pool still has places taken: %s", stats);
      that(door.endpoint().opening == 0, "still opening for a closed pool");
      for (SimConnection connection : door.endpoint().opened) {
        int closes = connection.detached ? 0 : 1;
        that(connection.closes == closes, "%s: closed %d times", connection, connection.closes);
      }
    }
  }

  private static void that(boolean holds, String otherwise, @Nullable Object... arguments) {
    if (!holds) {
      throw new AssertionError(String.format(otherwise, arguments));
    }
  }
}
