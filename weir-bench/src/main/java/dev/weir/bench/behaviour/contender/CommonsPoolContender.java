package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.pool2.BaseKeyedPooledObjectFactory;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.AbandonedConfig;
import org.apache.commons.pool2.impl.BaseObjectPoolConfig;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericKeyedObjectPool;
import org.apache.commons.pool2.impl.GenericKeyedObjectPoolConfig;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/** commons-pool2, over bare connections. */
final class CommonsPoolContender implements Contender {
  private static final Duration PASS = Duration.ofMillis(50);

  @Override
  public String name() {
    return "commons-pool2";
  }

  @Override
  public Class<?> home() {
    return GenericObjectPool.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        CALL_TIMEOUT,
        ARRIVAL_ORDER,
        CHECK,
        KEEP_ALIVE,
        RESET,
        IDLE_TIMEOUT,
        LEAK_REPORT,
        LEAK_RECLAIM,
        LIFO,
        FIFO,
        COUNTS,
        WAITER_COUNT,
        KEYED);
  }

  @Override
  public Duration shortest(Feature feature) {
    return feature == LEAK_REPORT || feature == LEAK_RECLAIM
        ? Duration.ofSeconds(1)
        : Duration.ofMillis(100);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws Exception {
    GenericObjectPoolConfig<Wire> config = new GenericObjectPoolConfig<>();
    config.setMinIdle(wish.min);
    config.setMaxIdle(wish.max);
    config.setMaxTotal(wish.max);
    common(config, wish);
    var pool = new GenericObjectPool<>(new WireFactory(endpoint, wish.checkTimeout), config);
    StringWriter abandoned = watchForLeaks(pool, wish);
    try {
      pool.preparePool();
    } catch (IOException e) {
      // The evictor tries again.
    }
    return new Running(pool, abandoned);
  }

  @Override
  public KeyedSubject startKeyed(Settings wish, Function<String, ScriptedEndpoint> endpoints) {
    GenericKeyedObjectPoolConfig<Wire> config = new GenericKeyedObjectPoolConfig<>();
    config.setMaxTotal(wish.max);
    config.setMaxTotalPerKey(wish.max);
    config.setMaxIdlePerKey(wish.max);
    common(config, wish);
    var pool = new GenericKeyedObjectPool<>(new KeyedFactory(endpoints, wish.checkTimeout), config);
    return new KeyedSubject() {
      @Override
      public Held acquire(String key, Duration timeout) throws Exception {
        Wire wire = pool.borrowObject(key, timeout);
        return new PoolHeld(
            wire, () -> pool.returnObject(key, wire), () -> pool.invalidateObject(key, wire));
      }

      @Override
      public void close() {
        pool.close();
      }
    };
  }

  /** What leaks are told to. */
  static StringWriter watchForLeaks(GenericObjectPool<?> pool, Settings wish) {
    StringWriter abandoned = new StringWriter();
    if (wish.leakThreshold.isPositive()) {
      AbandonedConfig leaks = new AbandonedConfig();
      leaks.setRemoveAbandonedOnMaintenance(true);
      leaks.setRemoveAbandonedOnBorrow(true);
      leaks.setRemoveAbandonedTimeout(wish.leakThreshold);
      leaks.setLogAbandoned(true);
      leaks.setLogWriter(new PrintWriter(abandoned, true));
      pool.setAbandonedConfig(leaks);
    }
    return abandoned;
  }

  static void common(BaseObjectPoolConfig<?> config, Settings wish) {
    config.setMaxWait(wish.acquireTimeout);
    config.setTestOnBorrow(wish.check);
    config.setTestWhileIdle(wish.keepAlive.isPositive() || wish.maxLifetime.isPositive());
    config.setNumTestsPerEvictionRun(-1);
    config.setMinEvictableIdleDuration(Duration.ofMillis(-1));
    config.setSoftMinEvictableIdleDuration(
        wish.idleTimeout.isZero() ? Duration.ofMillis(-1) : wish.idleTimeout);
    config.setTimeBetweenEvictionRuns(wish.keepAlive.isPositive() ? wish.keepAlive : PASS);
    config.setFairness(wish.arrivalOrder);
    config.setLifo(wish.order != Settings.Order.FIFO);
    config.setJmxEnabled(false);
  }

  /** Does something that may fail. */
  private interface Action {
    void run() throws Exception;
  }

  private record PoolHeld(Wire wire, Action giveBack, Action invalidate) implements Held {
    @Override
    public void use() throws IOException {
      wire.use();
    }

    @Override
    public void alter() {
      wire.alter();
    }

    @Override
    public void close() throws Exception {
      giveBack.run();
    }

    @Override
    public void fail() throws Exception {
      wire.cut();
      try {
        use();
      } catch (IOException expected) {
        invalidate.run();
      }
    }
  }

  private static final class WireFactory extends BasePooledObjectFactory<Wire> {
    private final ScriptedEndpoint endpoint;
    private final Duration checkTimeout;

    WireFactory(ScriptedEndpoint endpoint, Duration checkTimeout) {
      this.endpoint = endpoint;
      this.checkTimeout = checkTimeout;
    }

    @Override
    public Wire create() throws Exception {
      return endpoint.open(null);
    }

    @Override
    public PooledObject<Wire> wrap(Wire wire) {
      return new DefaultPooledObject<>(wire);
    }

    @Override
    public boolean validateObject(PooledObject<Wire> pooled) {
      return valid(pooled.getObject(), checkTimeout);
    }

    @Override
    public void passivateObject(PooledObject<Wire> pooled) throws Exception {
      reset(pooled.getObject());
    }

    @Override
    public void destroyObject(PooledObject<Wire> pooled) throws Exception {
      pooled.getObject().close();
    }
  }

  private static final class KeyedFactory extends BaseKeyedPooledObjectFactory<String, Wire> {
    private final Function<String, ScriptedEndpoint> endpoints;
    private final Duration checkTimeout;

    KeyedFactory(Function<String, ScriptedEndpoint> endpoints, Duration checkTimeout) {
      this.endpoints = endpoints;
      this.checkTimeout = checkTimeout;
    }

    @Override
    public Wire create(String key) throws Exception {
      return endpoints.apply(key).open(null);
    }

    @Override
    public PooledObject<Wire> wrap(Wire wire) {
      return new DefaultPooledObject<>(wire);
    }

    @Override
    public boolean validateObject(String key, PooledObject<Wire> pooled) {
      return valid(pooled.getObject(), checkTimeout);
    }

    @Override
    public void destroyObject(String key, PooledObject<Wire> pooled) throws Exception {
      pooled.getObject().close();
    }
  }

  /** As a factory is written: the driver's failures mean no, and its bugs are not looked for. */
  private static boolean valid(Wire wire, Duration timeout) {
    try {
      return wire.check(timeout);
    } catch (IOException e) {
      return false;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void reset(Wire wire) throws Exception {
    if (wire.isAltered()) {
      wire.reset();
    }
  }

  private static final class Running implements Subject {
    private final GenericObjectPool<Wire> pool;
    private final StringWriter abandoned;

    Running(GenericObjectPool<Wire> pool, StringWriter abandoned) {
      this.pool = pool;
      this.abandoned = abandoned;
    }

    private Held held(Wire wire) {
      return new PoolHeld(wire, () -> pool.returnObject(wire), () -> pool.invalidateObject(wire));
    }

    @Override
    public Held acquire() throws Exception {
      return held(pool.borrowObject());
    }

    @Override
    public Held acquire(Duration timeout) throws Exception {
      return held(pool.borrowObject(timeout));
    }

    @Override
    public void resize(int min, int max) {
      pool.setMaxTotal(max);
      pool.setMaxIdle(max);
      pool.setMinIdle(min);
    }

    @Override
    public int active() {
      return pool.getNumActive();
    }

    @Override
    public int idle() {
      return pool.getNumIdle();
    }

    @Override
    public int waiting() {
      return pool.getNumWaiters();
    }

    @Override
    public List<String> leakReports() {
      String text = abandoned.toString();
      return text.isEmpty() ? List.of() : List.of(text);
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
