package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Background;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Who listens has a connection of his own, which the pool does without. */
@Timeout(300)
class SubscriptionTest {
  private RealRedis server;
  private WeirRedis weir;

  /** Keeps what it hears. */
  private static final class Listener extends JedisPubSub {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(String channel, String message) {
      heard.add(channel + ": " + message);
    }

    @Override
    public void onPMessage(String pattern, String channel, String message) {
      heard.add(pattern + " " + channel + ": " + message);
    }
  }

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    weir =
        WeirRedis.builder()
            .url(server.url())
            .clientName("weir-test")
            .pool(pool -> pool.min(0).max(1).acquireTimeout(LIMIT))
            .build();
  }

  @AfterEach
  void end() {
    weir.close();
    server.close();
  }

  private Background<Boolean> listen(Listener listener, String... channels) {
    Background<Boolean> listening =
        Background.start(
            () -> {
              weir.subscribe(listener, channels);
              return true;
            });
    await().until(listener::isSubscribed);
    return listening;
  }

  @Test
  void subscribersDoNotUseUpThePool() throws Exception {
    List<Background<Boolean>> all = new ArrayList<>();
    List<Listener> listeners = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Listener listener = new Listener();
      all.add(listen(listener, "news"));
      listeners.add(listener);
    }
    assertThat(weir.subscriptions()).isEqualTo(5);
    assertThat(weir.pool().stats().active()).isZero();
    assertThat(weir.unified().publish("news", "hello")).isEqualTo(5);
    assertThat(server.clients("weir-test")).isEqualTo(6);
    for (Listener listener : listeners) {
      assertThat(listener.heard.take()).isEqualTo("news: hello");
      listener.unsubscribe();
    }
    all.forEach(each -> assertThat(each.result()).isTrue());
    assertThat(weir.subscriptions()).isZero();
    await().until(() -> server.clients("weir-test") == 1);
  }

  @Test
  void patternsWorkTheSame() throws Exception {
    Listener listener = new Listener();
    Background<Boolean> listening =
        Background.start(
            () -> {
              weir.psubscribe(listener, "new*");
              return true;
            });
    await().until(listener::isSubscribed);
    assertThat(weir.unified().publish("news", "hello")).isEqualTo(1);
    assertThat(listener.heard.take()).isEqualTo("new* news: hello");
    listener.punsubscribe();
    assertThat(listening.result()).isTrue();
  }

  @Test
  void aSubscriptionThroughJedisOwnClientLeavesThePoolToo() {
    try (RedisClient redis =
        RedisClient.builder().connectionProvider(new WeirConnectionProvider(weir.pool())).build()) {
      Listener listener = new Listener();
      Background<Boolean> listening =
          Background.start(
              () -> {
                redis.subscribe(listener, "news");
                return true;
              });
      await().until(listener::isSubscribed);
      assertThat(redis.publish("news", "hello")).isEqualTo(1);
      listener.unsubscribe();
      assertThat(listening.result()).isTrue();
    }
  }

  @Test
  void whoListensIsToldWhenTheServerGoes() throws Exception {
    Background<Boolean> listening = listen(new Listener(), "news");
    server.stop();
    assertThat(listening.failure(JedisConnectionException.class))
        .hasMessageContaining("subscribe again");
    await().until(() -> weir.subscriptions() == 0);
  }

  @Test
  void closingEndsTheSubscriptions() {
    Background<Boolean> listening = listen(new Listener(), "news");
    weir.close();
    assertThat(listening.failure(JedisConnectionException.class)).isNotNull();
    await().until(() -> server.clients("weir-test") == 0);
  }
}
