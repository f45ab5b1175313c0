package dev.weir.bench.gateway.contender;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The MCP servers that the contenders stand in front of. All have a tool {@code echo}. */
public enum Server {
  /** Answers in microseconds and takes as long to start as it is told to. */
  LIGHT,
  /** The reference server, {@code @modelcontextprotocol/server-everything}. */
  EVERYTHING,
  /** The demonstration server within the gateway. */
  DEMO;

  /** As pages and options name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Those that are programs of their own, so that every contender can stand in front of them. */
  public static List<Server> programs() {
    return List.of(LIGHT, EVERYTHING);
  }

  /** One of {@link #programs}, by its name in options. */
  public static Optional<Server> named(String id) {
    return programs().stream().filter(server -> server.id().equals(id)).findFirst();
  }

  /**
   * A server as a contender is to reach it.
   *
   * @param startDelay what the light server waits before it reads its input, over stdio
   */
  public record Setting(Server server, Wire wire, Duration startDelay) {}
}
