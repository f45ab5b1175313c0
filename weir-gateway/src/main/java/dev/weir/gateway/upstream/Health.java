package dev.weir.gateway.upstream;

import java.util.Locale;

/** What an endpoint is, for people and labels. */
public enum Health {
  /** It is given new sessions. */
  HEALTHY,
  /** It is given none, unless all others fail too. */
  EJECTED,
  /** One session tries whether it is well again. */
  PROBING;

  /** In small letters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
