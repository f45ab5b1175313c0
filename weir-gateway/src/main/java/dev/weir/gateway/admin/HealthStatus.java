package dev.weir.gateway.admin;

import java.util.Locale;

/** How something is. */
public enum HealthStatus {
  OK,
  /** It serves, and there is something to be seen to. */
  WARNING,
  /** It does not serve. */
  DOWN;

  /** In small letters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
