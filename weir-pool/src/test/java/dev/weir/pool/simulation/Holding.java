package dev.weir.pool.simulation;

import dev.weir.pool.Lease;
import dev.weir.pool.ReusableLease;
import java.util.function.Consumer;

/** A lease in somebody's hands. */
record Holding(World world, Lease<SimConnection> lease, SimConnection connection, String who) {

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

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return connection.number;
  }
}
