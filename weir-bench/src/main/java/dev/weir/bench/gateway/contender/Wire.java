package dev.weir.bench.gateway.contender;

import java.util.Locale;

/** What a server speaks. */
public enum Wire {
  STDIO,
  HTTP,
  /** A server within the gateway itself. */
  IN_PROCESS;

  /** As pages and options name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
