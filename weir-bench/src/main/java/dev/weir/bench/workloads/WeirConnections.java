package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import java.util.function.UnaryOperator;

/** Weir's pool, at its defaults but for size, time-out and length of the line. */
final class WeirConnections implements Connections {
  private final Pool<LoopbackConnection> pool;

  WeirConnections(
      Opener opener, PoolSettings settings, UnaryOperator<PoolBuilder<LoopbackConnection>> more) {
    pool =
        more.apply(
                Pool.builder(new Factory(opener))
                    .min(settings.size())
                    .max(settings.size())
                    .maxWaiters(settings.clients())
                    .acquireTimeout(settings.acquireTimeout()))
            .build();
  }

  @Override
  public Held acquire() throws InterruptedException {
    return new Leased(pool.acquire());
  }

  @Override
  public void close() {
    pool.close();
  }

  private record Factory(Opener opener) implements ConnectionFactory<LoopbackConnection> {
    @Override
    public LoopbackConnection open() throws Exception {
      return opener.open();
    }

    @Override
    public boolean isUsable(LoopbackConnection connection) {
      return connection.isOpen();
    }
  }

  private record Leased(Lease<LoopbackConnection> lease) implements Held {
    @Override
    public LoopbackConnection connection() {
      return lease.connection();
    }

    @Override
    public void release() {
      lease.close();
    }

    @Override
    public void discard(Throwable cause) {
      lease.invalidate(cause);
    }
  }
}
