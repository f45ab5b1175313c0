package dev.weir.bench.behaviour;

/**
 * How one behaviour went with one contender.
 *
 * @param contender the pool
 * @param behaviour the {@linkplain Behaviour#id() id} of the behaviour
 * @param verdict how it went
 * @param seen what was seen when it failed, what is missing when it is not offered; else empty
 * @param millis how long it took
 * @param hung whether the behaviour's thread never came back, so that its JVM should not go on
 */
public record Outcome(
    String contender, String behaviour, Verdict verdict, String seen, long millis, boolean hung) {

  /** How it went. */
  public enum Verdict {
    HOLDS,
    FAILS,
    NOT_OFFERED
  }
}
