package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;
import java.io.IOException;

/** No pool: a connection is opened for each call and closed after it. */
final class FreshConnections implements Connections {
  private final Opener opener;

  FreshConnections(Opener opener) {
    this.opener = opener;
  }

  @Override
  public Held acquire() throws IOException {
    return new Fresh(opener.open());
  }

  @Override
  public void close() {
    // Every client has closed its own.
  }

  private record Fresh(LoopbackConnection connection) implements Held {
    @Override
    public void release() {
      connection.close();
    }

    @Override
    public void discard(Throwable cause) {
      connection.close();
    }
  }
}
