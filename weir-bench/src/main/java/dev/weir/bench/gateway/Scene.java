package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Wire;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One thing that is measured, of every contender that can do it.
 *
 * @param sessions that are open at a time
 */
record Scene(Kind kind, Server.Setting setting, int sessions) {
  /** What is done in a scene. */
  enum Kind {
    OPEN("Opening a session"),
    STORM("Many sessions at once"),
    CALL("Calls of one client"),
    CROWD("Calls of many clients"),
    PAIR("Calls of one client on each wire"),
    MEMORY("Memory of idle sessions"),
    KILL("After a kill -9");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    String title() {
      return title;
    }

    static Optional<Kind> named(String id) {
      return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }

    static List<String> ids() {
      return Arrays.stream(values()).map(Kind::id).toList();
    }
  }

  static Scene of(Kind kind, Server server, Wire wire, Duration startDelay, int sessions) {
    return new Scene(kind, new Server.Setting(server, wire, startDelay), sessions);
  }

  /** In the raw data, such as {@code call/light/stdio}. */
  String id() {
    return String.join("/", kind.id(), setting.server().id(), setting.wire().id());
  }

  /** What tells it from others of its kind. */
  String title() {
    return setting.server().id() + " over " + setting.wire().title();
  }

  boolean over(Wire wire) {
    return setting.wire() == wire;
  }

  boolean isBefore(Server server) {
    return setting.server() == server;
  }
}
