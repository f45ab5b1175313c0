package dev.weir.bench.behaviour.contender;

/**
 * What not every pool has. A behaviour names what it needs; a contender names what it offers; the
 * rest of the matrix reads "not offered", with this text.
 */
public enum Feature {
  MIN("a number of connections kept open"),
  RESIZE("bounds that change while it runs"),
  MAX_WAITERS("a bound on waiting callers"),
  CALL_TIMEOUT("a timeout for each call"),
  ASYNC("acquiring without a blocked thread"),
  ARRIVAL_ORDER("serving callers in the order in which they came"),
  RETRY("trying again to open, within the caller's time"),
  START_MUST_SUCCEED("failing at start when nothing can be opened"),
  CHECK("a check before use"),
  KEEP_ALIVE("background checks of idle connections"),
  RESET("undoing what a caller changed"),
  IDLE_TIMEOUT("an idle timeout"),
  MAX_LIFETIME("a maximum lifetime"),
  LIFETIME_JITTER("jitter on the lifetime"),
  GUARDED_HANDLE("a handle that is dead after its lease"),
  DETACH("taking a connection out for good"),
  EVICT_ALL("replacing every connection softly"),
  SUSPEND("suspending and resuming"),
  DRAIN("waiting for the leases to end, with a deadline"),
  DRAIN_REPORT("telling who did not give back"),
  LEAK_REPORT("reporting a lease that is held too long"),
  LEAK_RECLAIM("taking back a lease that is held too long"),
  LEAK_UNREACHABLE("noticing a lease that was forgotten"),
  LIFO("choosing the connection used last"),
  FIFO("choosing the connection idle longest"),
  ROUND_ROBIN("choosing connections in turn"),
  OWN_STRATEGY("a strategy of the user's own"),
  COUNTS("telling how many are leased and idle"),
  WAITER_COUNT("telling how many wait"),
  LISTENER("a listener to what happens"),
  SHARED("several leases on one connection"),
  LIVE_LIMIT("a limit of leases that changes while it runs"),
  FAILURE_COUNT("failures counted for each connection"),
  AFFINITY("a key that prefers the connection it had"),
  KEYED("pools by key under one bound");

  private final String text;

  Feature(String text) {
    this.text = text;
  }

  /** What it is, to be read after "no". */
  public String text() {
    return text;
  }
}
