package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/** Apache commons-pool2 at its defaults but for size and time-out, and lifo or fifo. */
final class CommonsConnections implements Connections {
  private final GenericObjectPool<LoopbackConnection> pool;

  CommonsConnections(Opener opener, PoolSettings settings, boolean lifo) {
    var config = new GenericObjectPoolConfig<LoopbackConnection>();
    config.setMaxTotal(settings.size());
    config.setMaxIdle(settings.size());
    config.setMinIdle(settings.size());
    config.setMaxWait(settings.acquireTimeout());
    config.setLifo(lifo);
    config.setJmxEnabled(false);
    pool = new GenericObjectPool<>(new Factory(opener), config);
  }

  @Override
  public Held acquire() throws Exception {
    return new Borrowed(pool, pool.borrowObject());
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Factory extends BasePooledObjectFactory<LoopbackConnection> {
    private final Opener opener;

    Factory(Opener opener) {
      this.opener = opener;
    }

    @Override
    public LoopbackConnection create() throws Exception {
      return opener.open();
    }

    @Override
    public PooledObject<LoopbackConnection> wrap(LoopbackConnection connection) {
      return new DefaultPooledObject<>(connection);
    }

    @Override
    public void destroyObject(PooledObject<LoopbackConnection> pooled) {
      pooled.getObject().close();
    }
  }

  private record Borrowed(GenericObjectPool<LoopbackConnection> pool, LoopbackConnection connection)
      implements Held {
    @Override
    public void release() {
      pool.returnObject(connection);
    }

    @Override
    public void discard(Throwable cause) {
      try {
        pool.invalidateObject(connection);
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }
}
