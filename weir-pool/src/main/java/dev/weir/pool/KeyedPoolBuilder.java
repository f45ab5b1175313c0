package dev.weir.pool;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Builds keyed pools. What is not set keeps its default. Not safe for use by several threads at
 * once; may build several pools.
 *
 * @param <K> the key
 * @param <C> what is pooled
 */
public final class KeyedPoolBuilder<K, C> {
  private final Function<? super K, ? extends ConnectionFactory<C>> factories;
  private final Map<String, Object> changes = new LinkedHashMap<>();
  private final PoolBuilder<C> each;
  private KeyedPoolOptions base = KeyedPoolOptions.defaults();

  KeyedPoolBuilder(Function<? super K, ? extends ConnectionFactory<C>> factories) {
    this.factories = factories;
    this.each =
        new PoolBuilder<C>(
                () -> {
                  throw new IllegalStateException("the factory of a key opens, not this one");
                })
            .options(base.perKey());
  }

  /** The name in messages, thread names and metrics; "pool" unless set. */
  public KeyedPoolBuilder<K, C> name(String name) {
    each.name(name);
    return this;
  }

  /** Starts from these options instead of the defaults; forgets what was set before. */
  public KeyedPoolBuilder<K, C> options(KeyedPoolOptions options) {
    base = options;
    changes.clear();
    return perKey(options.perKey());
  }

  /** The options of each key's pool; forgets what was set of them before. */
  public KeyedPoolBuilder<K, C> perKey(PoolOptions perKey) {
    each.options(perKey);
    return this;
  }

  /**
   * Changes each key's pool as the builder of a single pool does: its options, its strategy, its
   * listener, its threads, which all keys share, and the name of them all. {@code startMustSucceed}
   * has no effect.
   */
  public KeyedPoolBuilder<K, C> each(Consumer<? super PoolBuilder<C>> change) {
    change.accept(each);
    return this;
  }

  /** Connections at most, over all keys. Default: 200. */
  public KeyedPoolBuilder<K, C> maxTotal(int maxTotal) {
    changes.put("maxTotal", maxTotal);
    return this;
  }

  /** How long a key's pool may be unused before it is dropped. Default: 5m. */
  public KeyedPoolBuilder<K, C> keyIdleTimeout(Duration keyIdleTimeout) {
    changes.put("keyIdleTimeout", keyIdleTimeout);
    return this;
  }

  /** Adds one who hears what happens in the pool of any key. */
  public KeyedPoolBuilder<K, C> listener(PoolListener listener) {
    each.listener(listener);
    return this;
  }

  /** See {@link PoolBuilder#threads}; all keys share them. */
  public KeyedPoolBuilder<K, C> threads(ThreadFactory threads) {
    each.threads(threads);
    return this;
  }

  /**
   * Builds the keyed pool, which opens nothing before a key is used.
   *
   * @throws InvalidOptionException when an option, or two together, are not possible
   */
  public KeyedPool<K, C> build() {
    return each.buildKeyed(Options.with(base, changes).withPerKey(each.options()), factories);
  }
}
