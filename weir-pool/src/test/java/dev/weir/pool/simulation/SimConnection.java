package dev.weir.pool.simulation;

/** A connection, and what the world knows of it. */
final class SimConnection {
  final int number;
  final Endpoint endpoint;

  /** Whether it still works; the pool learns of it only by asking. */
  boolean sound = true;

  /** Whether it may have to go as soon as nobody holds it any more. */
  boolean doomed;

  /** How often the pool closed it. */
  int closes;

  /** Whether a caller took it out of the pool. */
  boolean detached;

  /** How many hold a lease on it. */
  int users;

  /** How many are about to give their lease back. */
  int ending;

  /** Whether it is being checked. */
  boolean checking;

  /** How often everything had been evicted, or was about to be, when it was begun to be opened. */
  final int epoch;

  /** Leases that it may carry: the highest bound that was in force since it carried fewer. */
  int bound;

  /** Leases that it may carry from now on. */
  int limit;

  SimConnection(int number, Endpoint endpoint, int epoch, int limit) {
    this.epoch = epoch;
    this.number = number;
    this.endpoint = endpoint;
    this.limit = limit;
    bound = limit;
  }

  @Override
  public String toString() {
    return endpoint.name + " " + number;
  }
}
