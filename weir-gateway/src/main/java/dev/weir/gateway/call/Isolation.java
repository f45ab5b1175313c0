package dev.weir.gateway.call;

import java.util.Locale;

/** Who may share an upstream session; the operator says so for each upstream. */
public enum Isolation {
  /** Nobody: one upstream session for one client session. */
  DEDICATED,
  /** The client sessions of one caller whose identity was verified. */
  IDENTITY,
  /** All of them: the operator vouches that the upstream keeps no state in a session. */
  SHARED;

  /** As it is written in the configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
