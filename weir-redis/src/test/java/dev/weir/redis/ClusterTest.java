package dev.weir.redis;

import static dev.weir.pool.kit.Patience.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.PoolStats;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.args.ClusterFailoverOption;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Jedis' client for clusters over pools of Weir, with a cluster of three. */
@Timeout(300)
class ClusterTest {
  private static final int SLOTS = 16_384;
  private static final int NODES = 3;

  private final List<RealRedis> nodes = new ArrayList<>();
  @TempDir private Path directory;

  @BeforeEach
  void begin() throws IOException {
    for (int i = 0; i < NODES; i++) {
      addNode();
    }
    for (int i = 0; i < NODES; i++) {
      try (Jedis operator = nodes.get(i).operator()) {
        int from = i * SLOTS / NODES;
        int[] slots = new int[(i + 1) * SLOTS / NODES - from];
        for (int k = 0; k < slots.length; k++) {
          slots[k] = from + k;
        }
        operator.clusterAddSlots(slots);
        operator.clusterMeet("127.0.0.1", nodes.get(0).port());
      }
    }
    await().until(() -> nodes.stream().allMatch(ClusterTest::knowsAll));
  }

  private RealRedis addNode() throws IOException {
    RealRedis node =
        RealRedis.at(
            portForNode(),
            "cluster-enabled yes",
            "cluster-config-file " + directory.resolve("nodes-" + nodes.size() + ".conf"),
            "cluster-node-timeout 2000",
            "cluster-require-full-coverage no");
    nodes.add(node);
    return node;
  }

  @AfterEach
  void end() {
    nodes.forEach(RealRedis::close);
  }

  /** Nodes talk to each other on another port, ten thousand above. */
  private static int portForNode() throws IOException {
    while (true) {
      int port = RealRedis.freePort();
      if (port < 55_000) {
        try (ServerSocket probe = new ServerSocket()) {
          probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + 10_000));
          return port;
        } catch (BindException e) {
          // Taken: another try.
        }
      }
    }
  }

  private static boolean knowsAll(RealRedis node) {
    try (Jedis operator = node.operator()) {
      String info = operator.clusterInfo();
      return info.contains("cluster_state:ok") && info.contains("cluster_slots_assigned:" + SLOTS);
    }
  }

  @Test
  void commandsGoToTheNodesOfTheirSlotsOverPoolsOfWeir() {
    WeirClusterProvider provider =
        WeirRedis.builder()
            .clientName("weir-test")
            .pool(pool -> pool.name("shop").max(3))
            .buildCluster(nodes.get(0).address());
    try (RedisClusterClient redis =
        RedisClusterClient.builder()
            .nodes(Set.of(nodes.get(0).address()))
            .connectionProvider(provider)
            .build()) {
      for (int i = 0; i < 100; i++) {
        redis.set("key" + i, "value" + i);
        assertThat(redis.get("key" + i)).isEqualTo("value" + i);
      }
      assertThat(redis.dbSize()).isEqualTo(100);
      assertThat(provider.pools().name()).isEqualTo("shop");
      assertThat(provider.pools().statsByKey()).hasSize(NODES);
      assertThat(provider.pools().stats().active()).isZero();
      for (RealRedis node : nodes) {
        PoolStats stats = requireNonNull(provider.pools().statsByKey().get(node.address()));
        assertThat(stats.acquired()).isPositive();
        assertThat(stats.minSize()).isZero();
        assertThat(stats.maxSize()).isEqualTo(3);
        assertThat(node.clients("weir-test")).isEqualTo(stats.size()).isPositive();
      }
    }
    for (RealRedis node : nodes) {
      await().until(() -> node.clients("weir-test") == 0);
    }
  }

  @Test
  void aSlotThatMovedIsFollowed() {
    WeirClusterProvider provider = WeirRedis.builder().buildCluster(nodes.get(0).address());
    try (RedisClusterClient redis =
            RedisClusterClient.builder()
                .nodes(Set.of(nodes.get(0).address()))
                .connectionProvider(provider)
                .build();
        Jedis first = nodes.get(0).operator()) {
      String key = "moving";
      int slot = Math.toIntExact(first.clusterKeySlot(key));
      RealRedis target = nodes.get((slot * NODES / SLOTS + 1) % NODES);
      String id;
      try (Jedis operator = target.operator()) {
        id = operator.clusterMyId();
      }
      for (RealRedis node : nodes) {
        try (Jedis operator = node.operator()) {
          operator.clusterSetSlotNode(slot, id);
        }
      }
      assertThat(redis.set(key, "there")).isEqualTo("OK");
      try (Jedis operator = target.operator()) {
        assertThat(operator.get(key)).isEqualTo("there");
      }
    }
  }

  @Test
  void aNodeThatIsRestartedIsUsedAgain() throws IOException {
    WeirClusterProvider provider = WeirRedis.builder().buildCluster(nodes.get(0).address());
    try (RedisClusterClient redis =
        RedisClusterClient.builder()
            .nodes(Set.of(nodes.get(0).address()))
            .connectionProvider(provider)
            .build()) {
      for (int i = 0; i < 30; i++) {
        redis.set("key" + i, "value");
      }
      nodes.get(1).stop();
      nodes.get(1).start();
      await().until(() -> nodes.stream().allMatch(ClusterTest::knowsAll));
      for (int i = 0; i < 30; i++) {
        String key = "key" + i;
        await().until(() -> works(redis, key));
      }
      assertThat(provider.pools().stats().active()).isZero();
    }
  }

  @Test
  void aReplicaThatTookOverServesTheSlotsOfItsMaster() throws IOException {
    RealRedis master = nodes.get(1);
    RealRedis replica = addNode();
    WeirClusterProvider provider = WeirRedis.builder().buildCluster(nodes.get(0).address());
    try (RedisClusterClient redis =
            RedisClusterClient.builder()
                .nodes(Set.of(nodes.get(0).address()))
                .connectionProvider(provider)
                .build();
        Jedis successor = replica.operator()) {
      successor.clusterMeet("127.0.0.1", nodes.get(0).port());
      await().until(() -> knowsAll(replica));
      try (Jedis operator = master.operator()) {
        successor.clusterReplicate(operator.clusterMyId());
      }
      String key = keyOf(1);
      redis.set(key, "before");
      successor.readonly();
      await().until(() -> "before".equals(successor.get(key)));
      master.stop();
      // By hand: who takes over, and when, is not left to a vote.
      successor.clusterFailover(ClusterFailoverOption.TAKEOVER);
      await().until(() -> works(redis, key));
      assertThat(successor.get(key)).isEqualTo("value");
      assertThat(provider.pools().statsByKey()).containsKey(replica.address());
      assertThat(provider.pools().stats().active()).isZero();
    }
  }

  /** A key whose slot is of this node. */
  private static String keyOf(int node) {
    int number = 0;
    while (JedisClusterCRC16.getSlot("key" + number) * NODES / SLOTS != node) {
      number++;
    }
    return "key" + number;
  }

  private static boolean works(RedisClusterClient redis, String key) {
    try {
      return redis.set(key, "value").equals("OK");
    } catch (JedisException e) {
      return false;
    }
  }
}
