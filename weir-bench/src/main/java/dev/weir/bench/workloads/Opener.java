package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.Login;
import dev.weir.bench.workloads.loopback.LoopbackConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Opens the connections of one contender, and counts them. */
final class Opener {
  private final InetSocketAddress server;
  private final Login login;
  private final boolean keepsThem;
  private final LongAdder opened = new LongAdder();
  private final Queue<LoopbackConnection> connections = new ConcurrentLinkedQueue<>();

  private Opener(InetSocketAddress server, Login login, boolean keepsThem) {
    this.server = server;
    this.login = login;
    this.keepsThem = keepsThem;
  }

  /** For a pool: remembers what it opened, so that the uses of each can be told. */
  static Opener forPool(InetSocketAddress server, Login login) {
    return new Opener(server, login, true);
  }

  /** For a connection per call: only counts. */
  static Opener forCalls(InetSocketAddress server, Login login) {
    return new Opener(server, login, false);
  }

  LoopbackConnection open() throws IOException {
    LoopbackConnection connection = LoopbackConnection.open(server, login);
    opened.increment();
    if (keepsThem) {
      connections.add(connection);
    }
    return connection;
  }

  long opened() {
    return opened.sum();
  }

  /** Calls carried by each connection that a pool opened. */
  long[] calls() {
    return connections.stream().mapToLong(LoopbackConnection::calls).toArray();
  }
}
