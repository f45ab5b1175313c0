package dev.weir.gateway.config;

/** What is said of the options that every upstream has. */
final class About {
  static final String MAX_SESSIONS =
      "client sessions that may use it at once; 0: as many as there may be";
  static final String ERA =
      "which protocol the server speaks: legacy (a session, until 2025-11-25), modern"
          + " (none, from 2026-07-28), or what it turns out to speak";
  static final String PARK_AFTER =
      "how long a client may be silent before its upstream session is ended, which loses the"
          + " server's state; its next message opens another; 0s: never";
  static final String ISOLATION =
      "who may share an upstream session: nobody, the sessions of one verified caller, or all";
  static final String REQUIRED =
      "whether the gateway is of no use without it: /readyz says 503 while it cannot be reached,"
          + " which is then tried time and again";
  static final String WARN_CONNECTIONS =
      "connections in use (for a process: sessions) above which /healthz warns; 0: it never does";
  static final String SHARING = "the upstream sessions that clients share";

  private About() {}
}
