package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.Opening;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;

/** Apache commons-pool2. */
final class CommonsContender implements RacingPool {
  private final GenericObjectPool<Object> pool;

  CommonsContender(Setup setup) {
    pool = new GenericObjectPool<>(new Opens(setup.opening()));
    pool.setMaxTotal(setup.size());
    pool.setMaxIdle(setup.size());
    pool.setMinIdle(setup.idle());
    pool.setMaxWait(setup.acquireTimeout());
  }

  @Override
  public Object acquire() throws Exception {
    return pool.borrowObject();
  }

  @Override
  public void release(Object held) {
    pool.returnObject(held);
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Opens extends BasePooledObjectFactory<Object> {
    private final Opening opening;

    Opens(Opening opening) {
      this.opening = opening;
    }

    @Override
    public Object create() throws Exception {
      opening.open();
      return new Object();
    }

    @Override
    public PooledObject<Object> wrap(Object object) {
      return new DefaultPooledObject<>(object);
    }
  }
}
