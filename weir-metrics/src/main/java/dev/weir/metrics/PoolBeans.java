package dev.weir.metrics;

import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Pool;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Shows a pool to JMX consoles, as {@code dev.weir.pool:type=Pool,name="NAME"} (a {@link
 * PoolMXBean}) or {@code type=KeyedPool} (a {@link KeyedPoolMXBean}), until it is closed.
 *
 * <p>The pool is held weakly: a bean that outlives it, since nobody closed this, goes when it is
 * next read, or when another pool of the same name is registered.
 */
public final class PoolBeans implements AutoCloseable {
  private static final String DOMAIN = "dev.weir.pool";

  private final MBeanServer server;
  private final ObjectName name;
  private final AtomicBoolean registered = new AtomicBoolean();

  private PoolBeans(MBeanServer server, ObjectName name) {
    this.server = server;
    this.name = name;
  }

  /** Registers with the platform's server. */
  public static PoolBeans register(Pool<?> pool) {
    return register(pool, ManagementFactory.getPlatformMBeanServer());
  }

  /**
   * @throws IllegalStateException when a pool of that name is registered already: give pools names
   */
  public static PoolBeans register(Pool<?> pool, MBeanServer server) {
    PoolBeans beans = new PoolBeans(server, nameOf("Pool", pool.name()));
    beans.register(new OfPool(pool, beans::close));
    return beans;
  }

  /**
   * Registers a keyed pool with the platform's server; its keys, which may be secrets, are not
   * shown.
   */
  public static PoolBeans register(KeyedPool<?, ?> pool) {
    return register(pool, ManagementFactory.getPlatformMBeanServer(), key -> null);
  }

  /**
   * @param label what the list of connections says of a key; null: nothing
   * @throws IllegalStateException when a pool of that name is registered already: give pools names
   */
  public static <K> PoolBeans register(
      KeyedPool<K, ?> pool, MBeanServer server, Function<? super K, @Nullable String> label) {
    PoolBeans beans = new PoolBeans(server, nameOf("KeyedPool", pool.name()));
    beans.register(new OfKeyedPool<>(pool, label, beans::close));
    return beans;
  }

  /** Where the bean is. */
  public ObjectName name() {
    return name;
  }

  /** Takes the bean away. Closing twice does nothing. */
  @Override
  public void close() {
    if (registered.getAndSet(false)) {
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        // Somebody else took it away.
      } catch (JMException e) {
        throw new IllegalStateException(name + " cannot be unregistered", e);
      }
    }
  }

  private void register(PoolNumbers bean) {
    if (!tryRegister(bean) && !(isLeftOver() && tryRegister(bean))) {
      throw new IllegalStateException(
          name + " is registered already; pools need names that tell them apart");
    }
  }

  private boolean tryRegister(PoolNumbers bean) {
    try {
      registered.set(true);
      server.registerMBean(bean, name);
      return true;
    } catch (InstanceAlreadyExistsException e) {
      registered.set(false);
      return false;
    } catch (JMException e) {
      registered.set(false);
      throw new IllegalStateException(name + " cannot be registered", e);
    }
  }

  /** Whether the bean there is that of a pool that is gone: it goes when it is read. */
  private boolean isLeftOver() {
    try {
      server.getAttribute(name, "Size");
      return false;
    } catch (JMException | RuntimeException e) {
      return !server.isRegistered(name);
    }
  }

  private static ObjectName nameOf(String type, String pool) {
    try {
      return new ObjectName(DOMAIN + ":type=" + type + ",name=" + ObjectName.quote(pool));
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException("a quoted name is always well-formed", e);
    }
  }

  private static final class OfPool extends NumbersBean implements PoolMXBean {
    private final WeakReference<Pool<?>> pool;

    OfPool(Pool<?> pool, Runnable whenGone) {
      this(pool.name(), new WeakReference<>(pool), whenGone);
    }

    private OfPool(String name, WeakReference<Pool<?>> pool, Runnable whenGone) {
      super(
          name,
          () -> {
            Pool<?> there = pool.get();
            return there == null ? null : there.stats();
          },
          whenGone);
      this.pool = pool;
    }

    private Pool<?> pool() {
      return there(pool.get());
    }

    @Override
    public boolean isHealthy() {
      return pool().isHealthy();
    }

    @Override
    public List<Connection> listConnections() {
      List<Connection> rows = new ArrayList<>();
      pool().connections().forEach(info -> rows.add(new ConnectionRow(null, info)));
      return rows;
    }

    @Override
    public void resize(int min, int max) {
      try {
        pool().resize(min, max);
      } catch (InvalidOptionException e) {
        throw new IllegalArgumentException(e.getMessage()); // which a console knows
      }
    }

    @Override
    public void suspend() {
      pool().suspend();
    }

    @Override
    public void resume() {
      pool().resume();
    }

    @Override
    public void evictAll() {
      pool().evictAll();
    }
  }

  private static final class OfKeyedPool<K> extends NumbersBean implements KeyedPoolMXBean {
    private final WeakReference<KeyedPool<K, ?>> pool;
    private final Function<? super K, @Nullable String> label;

    OfKeyedPool(
        KeyedPool<K, ?> pool, Function<? super K, @Nullable String> label, Runnable whenGone) {
      this(pool.name(), new WeakReference<>(pool), label, whenGone);
    }

    private OfKeyedPool(
        String name,
        WeakReference<KeyedPool<K, ?>> pool,
        Function<? super K, @Nullable String> label,
        Runnable whenGone) {
      super(
          name,
          () -> {
            KeyedPool<K, ?> there = pool.get();
            return there == null ? null : there.stats();
          },
          whenGone);
      this.pool = pool;
      this.label = label;
    }

    private KeyedPool<K, ?> pool() {
      return there(pool.get());
    }

    @Override
    public boolean isHealthy() {
      return pool().isHealthy();
    }

    @Override
    public int getKeys() {
      return pool().statsByKey().size();
    }

    @Override
    public List<Connection> listConnections() {
      List<Connection> rows = new ArrayList<>();
      pool()
          .connections()
          .forEach(
              (key, infos) -> {
                String shown = label.apply(key);
                for (ConnectionInfo info : infos) {
                  rows.add(new ConnectionRow(shown, info));
                }
              });
      return rows;
    }

    @Override
    public void suspend() {
      pool().suspend();
    }

    @Override
    public void resume() {
      pool().resume();
    }

    @Override
    public void evictAll() {
      pool().evictAll();
    }
  }
}
