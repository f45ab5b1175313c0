package dev.weir.gateway.lease;

import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log level of each client of an upstream session: the most verbose one goes upstream, and each
 * client gets what its own asks for. Who has asked for none gets what the upstream sends by itself,
 * or {@code info} and above once another has chosen.
 *
 * <p>Thread-safe. One lock guards the levels and is held while the upstream is told, so that the
 * last one told is the one that is meant.
 *
 * @param <O> a client; compared by {@code equals}
 */
final class LogLevels<O> {
  private static final List<String> LEVELS =
      List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");
  private static final int INFO = 1;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile Map<O, Integer> chosen = Map.of();
  private volatile int told = LEVELS.size();

  /** Tells the upstream a level; true when it agreed. */
  @FunctionalInterface
  interface Telling {
    boolean tell(String level) throws UpstreamException, IOException, InterruptedException;
  }

  static boolean isLevel(String level) {
    return LEVELS.contains(level);
  }

  /** Sets a client's level; false when the upstream refused it. */
  boolean set(O client, String level, Telling upstream)
      throws UpstreamException, IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Map<O, Integer> wanted = new HashMap<>(chosen);
      wanted.put(client, LEVELS.indexOf(level));
      return settle(wanted, upstream);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a client; the upstream goes back to what the others want. */
  void remove(O client, Telling upstream)
      throws UpstreamException, IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Map<O, Integer> wanted = new HashMap<>(chosen);
      if (wanted.remove(client) != null) {
        chosen = Map.copyOf(wanted);
        if (!wanted.isEmpty()) {
          boolean unused = settle(wanted, upstream);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean settle(Map<O, Integer> wanted, Telling upstream)
      throws UpstreamException, IOException, InterruptedException {
    int level = wanted.values().stream().mapToInt(Integer::intValue).min().orElse(INFO);
    if (level != told) {
      if (!upstream.tell(LEVELS.get(level))) {
        return false;
      }
      told = level;
    }
    chosen = Map.copyOf(wanted);
    return true;
  }

  /** Whether a client wants a message of this level; one of no known level, always. */
  boolean wants(O client, @Nullable String level) {
    int rank = level == null ? -1 : LEVELS.indexOf(level);
    Integer mine = chosen.get(client);
    int least = mine != null ? mine : told == LEVELS.size() ? 0 : INFO;
    return rank < 0 || rank >= least;
  }
}
