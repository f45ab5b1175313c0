package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.PoolBuilder;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.executors.RetryableCommandExecutor;

/** What a caller sees when the network fails between him and the server. */
@Timeout(300)
class FaultTest {
  private static final String PINGS = "cmdstat_ping:calls=";

  private RealRedis server;
  private FaultProxy proxy;
  private WeirRedis weir;

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    proxy = FaultProxy.to(server.port());
    reopen(pool -> pool.validationWindow(Duration.ofMinutes(10)), LIMIT);
  }

  private void reopen(Consumer<PoolBuilder<?>> changes, Duration readTimeout) {
    if (weir != null) {
      weir.close();
    }
    weir =
        WeirRedis.builder()
            .url(RealRedis.url(proxy))
            .options(RedisOptions.defaults().withReadTimeout(readTimeout))
            .pool(
                pool -> {
                  pool.min(0).max(4).acquireTimeout(LIMIT);
                  changes.accept(pool);
                })
            .build();
  }

  @AfterEach
  void end() throws IOException {
    weir.close();
    proxy.close();
    server.close();
  }

  private void hold(int connections) {
    if (connections == 0) {
      return;
    }
    weir.withRedis(
        redis -> {
          hold(connections - 1);
          return redis.ping();
        });
  }

  @Test
  void idleConnectionsThatWereResetLeaveThePoolByThemselves() {
    reopen(pool -> pool.evictionInterval(Duration.ofMillis(50)), LIMIT);
    hold(4);
    proxy.reset();
    await().until(() -> weir.pool().stats().idle() == 0);
    for (int i = 0; i < 20; i++) {
      assertThat(weir.unified().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void idleConnectionsThatWereHalfClosedAreNotNoticedByAnyCaller() {
    hold(4);
    proxy.halfClose();
    for (int i = 0; i < 20; i++) {
      assertThat(weir.unified().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void aConnectionThatWentSilentWhileIdleIsFoundByPing() {
    reopen(pool -> pool.validationWindow(Duration.ZERO), Duration.ofSeconds(2));
    weir.unified().set("key", "value");
    proxy.drop();
    Background<String> caller = Background.start(() -> weir.unified().get("key"));
    await().until(() -> weir.pool().stats().checkFailures() == 1);
    proxy.resume();
    assertThat(caller.result()).isEqualTo("value");
  }

  @Test
  void pingIsAskedOnlyAfterIdleness() {
    weir.unified().set("key", "value");
    for (int i = 0; i < 10; i++) {
      weir.unified().get("key");
    }
    assertThat(pings()).isEqualTo(1); // that of the open
    reopen(pool -> pool.validationWindow(Duration.ZERO), LIMIT);
    for (int i = 0; i < 10; i++) {
      weir.unified().get("key");
    }
    assertThat(pings()).isGreaterThanOrEqualTo(10);
  }

  private long pings() {
    try (var operator = server.operator()) {
      return operator
          .info("commandstats")
          .lines()
          .filter(line -> line.startsWith(PINGS))
          .mapToLong(line -> Long.parseLong(line.substring(PINGS.length(), line.indexOf(','))))
          .sum();
    }
  }

  @Test
  void aCommandWhoseAnswerIsLostIsNotSentAgain() {
    weir.unified().set("count", "0");
    proxy.cutAfter(0);
    assertThatThrownBy(() -> weir.unified().incr("count"))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("127.0.0.1:" + proxy.port())
        .hasMessageContaining("after INCR had been written")
        .hasMessageContaining("outcome unknown, not sent again");
    proxy.resume();
    assertThat(weir.unified().get("count")).isEqualTo("1");
  }

  @Test
  void anAnswerThatDoesNotComeInTimeEndsTheConnection() {
    reopen(pool -> {}, Duration.ofMillis(300));
    weir.unified().set("count", "0");
    proxy.drop();
    assertThatThrownBy(() -> weir.unified().incr("count"))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("no answer within 300ms (read-timeout)");
    proxy.resume();
    assertThat(weir.unified().get("count")).isEqualTo("0");
    assertThat(weir.pool().stats().destroyed()).isEqualTo(1);
  }

  @Test
  void aLostPipelineTellsHowMuchIsUnknown() {
    weir.unified().set("count", "0");
    assertThatThrownBy(
            () -> {
              try (AbstractPipeline pipeline = weir.unified().pipelined()) {
                pipeline.incr("count");
                pipeline.incr("count");
                pipeline.incr("count");
                proxy.cutAfter(0);
                pipeline.sync();
              }
            })
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("after INCR and 2 before it had been written");
    proxy.resume();
    assertThat(weir.unified().get("count")).isEqualTo("3");
    assertThat(weir.pool().stats().active()).isZero();
  }

  @Test
  void jedisOwnExecutorOfRetriesDoesNotRepeatWhatMayHaveRun() {
    WeirConnectionProvider provider = new WeirConnectionProvider(weir.pool());
    RetryableCommandExecutor eager =
        new RetryableCommandExecutor(provider, 5, Duration.ofSeconds(30));
    try (UnifiedJedis redis =
        RedisClient.builder().connectionProvider(provider).commandExecutor(eager).build()) {
      redis.set("count", "0");
      proxy.cutAfter(0);
      assertThatThrownBy(() -> redis.incr("count")).isInstanceOf(OutcomeUnknownException.class);
      proxy.resume();
      assertThat(redis.get("count")).isEqualTo("1");
    }
  }

  @Test
  void aLostConnectionCastsDoubtOnTheOthers() {
    hold(4);
    long pings = pings();
    proxy.cutAfter(0);
    assertThatThrownBy(() -> weir.unified().incr("count"))
        .isInstanceOf(OutcomeUnknownException.class);
    proxy.resume();
    for (int i = 0; i < 8; i++) {
      assertThat(weir.unified().get("count")).isEqualTo("1");
    }
    assertThat(pings()).isGreaterThan(pings);
  }

  @Test
  void aServerThatIsBusyWithAScriptKeepsItsConnections() throws Exception {
    reopen(pool -> pool.validationWindow(Duration.ZERO), LIMIT);
    hold(4);
    try (Jedis operator = server.operator();
        Jedis victim = server.operator()) {
      operator.configSet("lua-time-limit", "20");
      Background<Object> script = Background.start(() -> victim.eval("while true do end"));
      await().until(() -> isBusy(operator));
      assertThatThrownBy(() -> weir.unified().get("key")).isInstanceOf(JedisBusyException.class);
      operator.scriptKill();
      assertThat(script.failure(JedisException.class)).hasMessageContaining("killed");
    }
    assertThat(weir.unified().get("key")).isNull();
    assertThat(weir.pool().stats().checkFailures()).isZero();
    assertThat(weir.pool().stats().created()).isEqualTo(4);
  }

  private static boolean isBusy(Jedis operator) {
    try {
      return !operator.ping().equals("PONG");
    } catch (JedisBusyException e) {
      return true;
    }
  }
}
