package dev.weir.bench.workloads.loopback;

import java.time.Duration;

/**
 * What opening a connection costs beyond the TCP connect. The client asks for it in its greeting,
 * so that one server serves connections of several kinds.
 *
 * @param rounds rounds of the password hash that the client computes; 0: no challenge, the greeting
 *     is answered with the welcome
 * @param setUp what the server works for a new session, as a database does that starts a process
 *     and reads its catalogue; it waits for that long and uses no processor
 */
public record Login(int rounds, Duration setUp) {
  /** TCP connect and one round trip: the least that a protocol can ask for. */
  public static final Login BARE = new Login(0, Duration.ZERO);

  /**
   * Three round trips, the rounds of PostgreSQL's SCRAM-SHA-256, and 5 ms until the session is set
   * up.
   */
  public static final Login DATABASE = new Login(4096, Duration.ofMillis(5));

  /** Checks both. */
  public Login {
    if (rounds < 0 || rounds > 1_000_000) {
      throw new IllegalArgumentException("rounds: " + rounds + ", expected 0 to 1,000,000");
    }
    if (setUp.isNegative() || setUp.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("set-up: " + setUp + ", expected 0 s to 1 min");
    }
  }
}
