package dev.weir.gateway.watch;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One upstream at one moment.
 *
 * @param transport the wire, such as {@code stdio}
 * @param clients client sessions that use it
 * @param sessions upstream sessions that are open
 * @param ready processes or sessions that are ready and have never served anybody
 * @param inFlight requests under way
 * @param rate calls a second between two looks; NaN after one look
 * @param lately what it was asked between the two looks; after one look, since the start
 * @param ever what it was asked since the start
 * @param endpoints where it can be reached; zero where it is no server at a place
 * @param healthy those of them that are given new sessions
 * @param lastFailure what failed last; null when nothing has
 */
public record UpstreamLook(
    String name,
    State state,
    String transport,
    int clients,
    int sessions,
    int ready,
    int inFlight,
    double rate,
    Requests lately,
    Requests ever,
    int endpoints,
    int healthy,
    @Nullable Failure lastFailure) {

  /** How it fares. */
  public enum State {
    /** Nothing speaks against it. */
    UP,
    /** Something failed within the last minute, or an endpoint is given no new sessions. */
    DEGRADED,
    /**
     * No endpoint is given new sessions; or something failed within the last minute, and no session
     * is open or ready.
     */
    DOWN,
    /** The configuration has it no more, and it serves those who are on it. */
    RETIRED;

    /** In small letters. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A failure and how long it is ago, by the gateway's clock. */
  public record Failure(Duration age, String message) {
    private static final Duration RECENT = Duration.ofMinutes(1);

    boolean isRecent() {
      return age.compareTo(RECENT) < 0;
    }
  }

  /** The same, with what it was asked since the start for what it was asked lately. */
  public UpstreamLook withLatelyAsEver() {
    return new UpstreamLook(
        name,
        state,
        transport,
        clients,
        sessions,
        ready,
        inFlight,
        rate,
        ever,
        ever,
        endpoints,
        healthy,
        lastFailure);
  }

  static State state(
      boolean retired, int living, int endpoints, int healthy, @Nullable Failure failure) {
    boolean failing = failure != null && failure.isRecent();
    if (retired) {
      return State.RETIRED;
    }
    if ((endpoints > 0 && healthy == 0) || (failing && living == 0)) {
      return State.DOWN;
    }
    return failing || healthy < endpoints ? State.DEGRADED : State.UP;
  }
}
