package dev.weir.bench.gateway.contender;

import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A way from a client to a server. */
public interface Contender {
  /** As pages and options name it. */
  String id();

  /** What kind it is, which decides what it is compared with. */
  Kind kind();

  /** In a line: what it does for a session. */
  String about();

  /** Name and version of the product; empty when there is none. */
  String product(Site site) throws IOException;

  /** Whether it can stand in front of a server that speaks this. */
  boolean reaches(Wire wire);

  /**
   * Starts it.
   *
   * @param endpoint of the server when it speaks HTTP
   */
  Service start(Site site, Server.Setting setting, @Nullable URI endpoint)
      throws IOException, InterruptedException;

  /** Ours, the measure, what cannot be undercut where sessions are opened, or another's. */
  enum Kind {
    OURS,
    DIRECT,
    FLOOR,
    PEER
  }
}
