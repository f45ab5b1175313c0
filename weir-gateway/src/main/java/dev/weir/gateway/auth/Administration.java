package dev.weir.gateway.auth;

/** What somebody may do with the gateway itself. Each may what those before it may. */
public enum Administration {
  NONE,
  /** See what it does. */
  VIEW,
  /** Change what it does. */
  OPERATE;

  /** Whether this is enough for that. */
  public boolean covers(Administration wanted) {
    return compareTo(wanted) >= 0;
  }
}
