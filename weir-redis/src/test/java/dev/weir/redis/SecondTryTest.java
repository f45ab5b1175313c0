package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Lease;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;

/** A connection that breaks after it was lent and before anything is written on it. */
@Timeout(300)
class SecondTryTest {
  private RealRedis server;
  private FaultProxy proxy;
  private WeirRedis weir;

  /** Hands out some connections that are dead before those of the pool. */
  private final class DeadFirst implements ConnectionProvider {
    private final Deque<Connection> dead = new ArrayDeque<>();
    private final ConnectionProvider others = new WeirConnectionProvider(weir.pool());

    @Override
    public Connection getConnection() {
      Connection next = dead.poll();
      return next == null ? others.getConnection() : next;
    }

    @Override
    public Connection getConnection(CommandArguments command) {
      return getConnection();
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    proxy = FaultProxy.to(server.port());
    weir =
        WeirRedis.builder()
            .url(RealRedis.url(proxy))
            .pool(pool -> pool.min(0).max(8).acquireTimeout(LIMIT))
            .build();
  }

  @AfterEach
  void end() throws IOException {
    weir.close();
    proxy.close();
    server.close();
  }

  private DeadFirst dead(int count) throws InterruptedException {
    DeadFirst provider = new DeadFirst();
    ConnectionFactory<Connection> looks = WeirRedis.builder().factory();
    Deque<Lease<Connection>> leases = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      leases.add(weir.pool().acquire());
    }
    proxy.reset();
    for (Lease<Connection> lease : leases) {
      await().until(() -> !looks.isUsable(lease.connection()));
      provider.dead.add(new LeasedConnection(lease, unused -> {}));
    }
    return provider;
  }

  @Test
  void aCommandThatSurelyDidNotRunIsRunOnAnotherConnection() throws Exception {
    DeadFirst provider = dead(3);
    UnifiedJedis redis = new PooledJedis(new CarefulExecutor(provider), provider);
    assertThat(redis.incr("count")).isEqualTo(1);
    assertThat(weir.unified().get("count")).isEqualTo("1");
    await().until(() -> weir.pool().stats().destroyed() == 3);
    assertThat(weir.pool().stats().active()).isZero();
  }

  @Test
  void afterThreeRetriesTheCallerIsTold() throws Exception {
    DeadFirst provider = dead(4);
    UnifiedJedis redis = new PooledJedis(new CarefulExecutor(provider), provider);
    assertThatThrownBy(() -> redis.incr("count"))
        .isInstanceOf(CommandNotRunException.class)
        .hasMessageContaining("the connection was lost before INCR was written")
        .hasMessageContaining("it did not run");
    assertThat(weir.unified().get("count")).isNull();
  }

  @Test
  void aCommandAfterOneThatIsUnansweredIsInDoubt() throws Exception {
    DeadFirst provider = dead(1);
    try (Connection connection = provider.getConnection()) {
      connection.sendCommand(redis.clients.jedis.Protocol.Command.INCR, "count");
      connection.sendCommand(redis.clients.jedis.Protocol.Command.INCR, "count");
      assertThatThrownBy(() -> connection.getMany(2)).isInstanceOf(OutcomeUnknownException.class);
    }
  }
}
