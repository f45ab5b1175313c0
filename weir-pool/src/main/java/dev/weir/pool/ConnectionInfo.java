package dev.weir.pool;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a pool at one moment.
 *
 * @param id unique within the pool, never used again
 * @param state what the connection is doing
 * @param created when it was opened
 * @param lastUsed when its last lease began or ended; {@code created} before the first
 * @param uses how many leases it has had
 * @param failures how many checks it failed and how often it was invalidated
 * @param holder the thread that holds the lease, by name and id; null unless leased
 * @param leases how many leases are out
 * @param limit how many leases may be out at a time: {@link Pool#limitLeases}
 * @param leasedSince since when it is leased; null unless leased, and when it has several leases
 *     and {@code leakThreshold} is not set
 * @param generation how often {@link Pool#evictAll} had been called when it was opened; of a keyed
 *     pool, since its key's pool was made
 * @param attributes what {@link ConnectionFactory#attributes} tells
 */
public record ConnectionInfo(
    long id,
    State state,
    Instant created,
    Instant lastUsed,
    long uses,
    long failures,
    @Nullable String holder,
    int leases,
    int limit,
    @Nullable Instant leasedSince,
    int generation,
    Map<String, String> attributes) {

  public ConnectionInfo {
    attributes = Map.copyOf(attributes);
  }

  /** For a log: one line. */
  @Override
  public String toString() {
    return id
        + " "
        + Options.text(state)
        + (holder == null ? "" : " by " + holder)
        + (leasedSince == null ? "" : " since " + leasedSince)
        + (limit == 1 ? "" : ", " + leases + " of " + limit + " leases")
        + ", opened "
        + created
        + ", last used "
        + lastUsed
        + ", "
        + uses
        + " uses, "
        + failures
        + " failures"
        + (generation == 0 ? "" : ", generation " + generation)
        + (attributes.isEmpty() ? "" : ", " + attributes);
  }

  /** What a connection is doing. */
  public enum State {
    /** Free, and ready to be leased. */
    IDLE,
    /** In the hands of a caller. */
    LEASED,
    /** Being asked by the pool whether it still works. */
    CHECKING,
    /** Found out of order: being closed, or closed when its lease ends. */
    BROKEN,
    /** Sound, but being closed. */
    CLOSED
  }
}
