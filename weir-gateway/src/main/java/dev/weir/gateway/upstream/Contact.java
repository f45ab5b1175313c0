package dev.weir.gateway.upstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether an upstream answers, as far as is known from what was said to it last.
 *
 * @param since when it became so
 * @param why what it came to when it was last tried; null unless it is down
 */
public record Contact(State state, Instant since, @Nullable String why) {
  /** What is known. */
  public enum State {
    /** Nobody has tried yet. */
    UNTRIED,
    /** It answered. */
    UP,
    /** It could not be reached, or would not begin a session. */
    DOWN
  }

  public boolean isUp() {
    return state == State.UP;
  }
}
