package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.admin.UpstreamState;
import dev.weir.pool.PoolSnapshot;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One upstream, to be looked at and worked on. Thread-safe.
 *
 * <p>What is done lasts until the gateway is restarted, or a reload makes another upstream in the
 * place of this one; the configuration is not changed. Each action gives a sentence that says what
 * has come of it.
 */
public interface UpstreamControls {
  /** What can be done with an upstream. */
  enum Action {
    DRAIN,
    RESUME,
    RECYCLE,
    RESIZE,
    PRE_WARM;

    /** As it is written in a path. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What can have another size. */
  enum Stock {
    /** The sockets to each origin. */
    POOL,
    /** What is ready before a client comes. */
    STANDBY;

    /** As it is written in a request. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How many there may be. */
  record Bounds(int min, int max) {}

  /**
   * The connections now: sockets, or processes, or what else a session is.
   *
   * @param inUse that somebody uses
   * @param idle that are ready for anybody, or for the next client
   * @param opening that are being opened
   * @param waiting who waits for one
   * @param max at most; 0 where there is no such bound
   */
  record Connections(int inUse, int idle, int opening, int waiting, int max) {}

  UpstreamState state();

  Connections connections();

  /** The public names of the client sessions on it. */
  Set<String> clients();

  /** Each pool of sockets, by the origin that they lead to; empty where there is none. */
  Map<String, PoolSnapshot> pools();

  /** Processes or sessions that are ready; 0 where none are kept. */
  int ready();

  /** What can have another size, and has this one. */
  Map<Stock, Bounds> sizes();

  /** What makes sense now. */
  Set<Action> actions();

  /** Takes nobody new; who is on it goes on. What was ready for more is ended. */
  String drain() throws RefusedException;

  /** Ends {@link #drain}. */
  String resume() throws RefusedException;

  /**
   * Replaces what is idle or ready at once, and what is leased from a pool when it is given back.
   * No call is cut off, and no session ended.
   */
  String recycle() throws RefusedException;

  /**
   * Gives other bounds.
   *
   * @param stock null where there is only one that it can be
   */
  String resize(@Nullable Stock stock, Bounds bounds) throws RefusedException;

  /** Has so many ready before anybody comes. May take as long as opening them. */
  String preWarm(int number) throws RefusedException, InterruptedException;
}
