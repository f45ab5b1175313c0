package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.RedisSentinel;

/** A master that moves: with real sentinels, and with an address of the program's own. */
@Timeout(300)
class SentinelTest {
  private RealRedis first;
  private RealRedis second;

  @BeforeEach
  void begin() throws IOException {
    first = RealRedis.with();
    second = RealRedis.with("replicaof 127.0.0.1 " + first.port());
    await().until(() -> isInSync(second));
  }

  @AfterEach
  void end() {
    first.close();
    second.close();
  }

  private static boolean isInSync(RealRedis replica) {
    try (Jedis operator = replica.operator()) {
      return operator.info("replication").contains("master_link_status:up");
    }
  }

  private static WeirRedis build(RedisBuilder builder) {
    return builder
        .clientName("weir-test")
        .pool(pool -> pool.min(2).max(4).acquireTimeout(LIMIT))
        .build();
  }

  private static boolean canWrite(WeirRedis weir) {
    try {
      return weir.unified().set("key", "value").equals("OK");
    } catch (JedisException e) {
      return false;
    }
  }

  @Test
  void aMasterThatDiesIsFollowedToItsSuccessor() throws IOException {
    int port = RealRedis.freePort();
    RedisSentinel sentinel =
        RedisSentinel.newRedisSentinel()
            .port(port)
            .masterName("main")
            .masterPort(first.port())
            .quorumSize(1)
            .downAfterMilliseconds(500)
            .failOverTimeout(3000)
            .build();
    sentinel.start();
    HostAndPort known = new HostAndPort("127.0.0.1", port);
    HostAndPort dead = new HostAndPort("127.0.0.1", RealRedis.freePort());
    try (WeirRedis weir = build(WeirRedis.builder().sentinels("main", dead, known))) {
      assertThat(weir.unified().set("key", "before")).isEqualTo("OK");
      assertThat(first.clients("weir-test")).isPositive();
      await().until(() -> knowsReplica(port));
      first.stop();
      await().until(() -> canWrite(weir));
      assertThat(second.clients("weir-test")).isPositive();
    } finally {
      sentinel.stop();
    }
  }

  private static boolean knowsReplica(int sentinel) {
    try (Jedis operator =
        new Jedis(
            new HostAndPort("127.0.0.1", sentinel),
            redis.clients.jedis.DefaultJedisClientConfig.builder()
                .autoNegotiateProtocol(false)
                .build())) {
      return "1".equals(operator.sentinelMaster("main").get("num-slaves"));
    }
  }

  @Test
  void aMasterThatBecameAReplicaIsLeftByEveryConnection() {
    AtomicReference<HostAndPort> address = new AtomicReference<>(first.address());
    try (WeirRedis weir = build(WeirRedis.builder().address(address::get))) {
      await().until(() -> weir.pool().stats().idle() == 2);
      try (Jedis one = first.operator();
          Jedis other = second.operator()) {
        other.replicaofNoOne();
        address.set(second.address());
        one.replicaof("127.0.0.1", second.port());
      }
      // The old connections are open and sound; that they are of no use, the first write tells.
      assertThatThrownBy(() -> weir.unified().set("key", "value")).hasMessageContaining("READONLY");
      assertThat(weir.unified().set("key", "value")).isEqualTo("OK");
      await().until(() -> first.clients("weir-test") == 0);
      assertThat(second.clients("weir-test")).isPositive();
    }
  }

  @Test
  void oneConnectionToAnotherAddressMovesAllTheOthers() {
    AtomicReference<HostAndPort> address = new AtomicReference<>(first.address());
    try (WeirRedis weir = build(WeirRedis.builder().address(address::get))) {
      await().until(() -> weir.pool().stats().idle() == 2);
      address.set(second.address());
      assertThat(first.clients("weir-test")).isEqualTo(2);
      weir.pool().resize(3, 4);
      await().until(() -> first.clients("weir-test") == 0);
      await().until(() -> second.clients("weir-test") == 3);
    }
  }

  @Test
  void aMasterThatNoSentinelKnowsIsToldByNameWithTheirAnswers() throws IOException {
    int port = RealRedis.freePort();
    int dead = RealRedis.freePort();
    RedisSentinel sentinel =
        RedisSentinel.newRedisSentinel()
            .port(port)
            .masterName("main")
            .masterPort(first.port())
            .build();
    sentinel.start();
    try (WeirRedis weir =
        build(
            WeirRedis.builder()
                .sentinels(
                    "mian",
                    new HostAndPort("127.0.0.1", dead),
                    new HostAndPort("127.0.0.1", port)))) {
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("master \"mian\": no sentinel could tell where it is")
          .hasMessageContaining("127.0.0.1:" + dead + ": connection refused")
          .hasMessageContaining("127.0.0.1:" + port + ": knows no such master");
    } finally {
      sentinel.stop();
    }
  }
}
