package dev.weir.pool.simulation;

import dev.weir.pool.Lease;
import dev.weir.pool.ReusableLease;
import java.util.function.Consumer;

/** A lease in somebody's hands. */
final class Holding {
  private final World world;
  private final Lease<SimConnection> lease;
  private final SimConnection connection;
  private final String who;
  private final long asked;
  private final long received;

  Holding(World world, Lease<SimConnection> lease, SimConnection connection, Request request) {
    this.world = world;
    this.lease = lease;
    this.connection = connection;
    who = request.who;
    asked = request.asked;
    received = world.clock.now();
  }

  Lease<SimConnection> lease() {
    return lease;
  }

  SimConnection connection() {
    return connection;
  }

  /** Ends the lease; it counts as ended before the pool knows. */
  void end(String how, Consumer<Lease<SimConnection>> end) {
    world.say("%s %s its lease on %s", who, how, connection);
    world.holdings.remove(this);
    connection.users--;
    world.ending++;
    connection.ending++;
    try {
      end.accept(lease);
    } finally {
      world.ending--;
      connection.ending--;
    }
  }

  /** Whether it may be another lease by now. */
  boolean isReusable() {
    return lease instanceof ReusableLease;
  }

  /** Whether the pool may have ended it under the hands of its holder. */
  boolean mayBeTaken() {
    // The lease began somewhere between the question and the answer.
    return world.plan.reclaims() && heldSince(asked) >= world.plan.leakThreshold().toNanos();
  }

  /** Whether the pool has ended it, which it must not do before. */
  boolean isTaken() {
    try {
      lease.connection();
      return false;
    } catch (IllegalStateException e) {
      world.expect(mayBeTaken(), "the lease of %s on %s was ended too soon", who, connection);
      return true;
    }
  }

  /** For how long the pool has let it be though it was held for too long; negative: it was not. */
  long overdueFor() {
    return heldSince(received) - world.plan.leakThreshold().toNanos();
  }

  private long heldSince(long moment) {
    return world.clock.now() - moment;
  }

  @Override
  public String toString() {
    return who + " with " + connection;
  }
}
