package dev.weir.redis;

import dev.weir.pool.KeyedPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Gives Jedis' client for clusters connections of a keyed pool of Weir, one pool a node:
 *
 * <pre>{@code
 * HostAndPort node = new HostAndPort("127.0.0.1", 7000);
 * WeirClusterProvider provider = WeirRedis.builder().buildCluster(node);
 * try (RedisClusterClient redis =
 *     RedisClusterClient.builder().nodes(Set.of(node)).connectionProvider(provider).build()) {
 *   redis.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>Which node has which slot, redirections, and when to look again are Jedis' affair. Its
 * executor sends a command again after a failed connection; here it does so only where the command
 * surely did not run, since everything else is an {@link OutcomeUnknownException}, which it passes
 * on.
 *
 * <p><b>What stays with Jedis.</b> The first look at the cluster, and each renewal, is made over a
 * connection of Jedis' own that it closes at once. Its cache of slots makes a pool of its own for
 * each node, and no method of its says otherwise ({@code JedisClusterInfoCache.createNodePool} is
 * private in 8.0.2); those pools stay empty, unless no node that was named at the start answers a
 * renewal: then one connection of a known node is borrowed there.
 *
 * <p>Reads go to primaries. Safe for any number of threads.
 */
public final class WeirClusterProvider extends ClusterConnectionProvider {
  private final KeyedPool<HostAndPort, Connection> pools;
  private final Lender lender = new Lender();
  private final Map<String, ConnectionPool> views = new ConcurrentHashMap<>();

  WeirClusterProvider(
      Set<HostAndPort> nodes, JedisClientConfig config, KeyedPool<HostAndPort, Connection> pools) {
    super(nodes, config);
    this.pools = pools;
  }

  /** The pools behind, one a node: numbers, draining, eviction. */
  public KeyedPool<HostAndPort, Connection> pools() {
    return pools;
  }

  @Override
  public Connection getConnection(@Nullable HostAndPort node) {
    if (node == null) {
      return getConnection();
    }
    return lender.lend(pools.name() + "/" + node, () -> pools.acquire(node));
  }

  /** Of any primary that has one. */
  @Override
  public Connection getConnection() {
    List<String> primaries = new ArrayList<>(getPrimaryNodes().keySet());
    Collections.shuffle(primaries);
    CommandNotRunException last =
        new CommandNotRunException("no primary of the cluster is known", null);
    for (String each : primaries) {
      try {
        return getConnection(HostAndPort.from(each));
      } catch (CommandNotRunException e) {
        last = e;
      }
    }
    throw last;
  }

  @Override
  public Connection getConnectionFromSlot(int slot) {
    HostAndPort node = getNode(slot);
    if (node == null) {
      renewSlotCache();
      node = getNode(slot);
    }
    return getConnection(node);
  }

  @Override
  public Connection getReplicaConnectionFromSlot(int slot) {
    return getConnectionFromSlot(slot);
  }

  @Override
  public Connection getReplicaConnection(CommandArguments command) {
    return getConnection(command);
  }

  @Override
  public Map<String, ConnectionPool> getConnectionMap() {
    return viewsOf(getNodes().keySet());
  }

  @Override
  public Map<String, ConnectionPool> getPrimaryNodesConnectionMap() {
    return viewsOf(getPrimaryNodes().keySet());
  }

  private Map<String, ConnectionPool> viewsOf(Set<String> nodes) {
    Map<String, ConnectionPool> all = new HashMap<>();
    for (String each : nodes) {
      all.put(
          each,
          views.computeIfAbsent(
              each, node -> new PoolView(() -> getConnection(HostAndPort.from(node)))));
    }
    return all;
  }

  /** Closes the pools, and every connection that left them, under the hands of whoever uses it. */
  @Override
  public void close() {
    super.close();
    pools.close();
    lender.close();
  }
}
