package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Background;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisCredentials;

/** Passwords and users that change under load: no call fails. */
@Timeout(300)
class CredentialsTest {
  private final List<Background<Long>> threads = new ArrayList<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicLong served = new AtomicLong();
  private RealRedis server;
  private Jedis operator;

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    operator = server.operator();
    operator.aclSetUser("app", "on", ">first", "~*", "+@all");
  }

  @AfterEach
  void end() {
    done.set(true);
    operator.close();
    server.close();
  }

  private RedisBuilder builder() {
    return WeirRedis.builder()
        .url(server.url())
        .clientName("weir-test")
        .pool(pool -> pool.min(2).max(4).acquireTimeout(LIMIT));
  }

  private void load(WeirRedis weir) {
    for (int i = 0; i < 6; i++) {
      threads.add(
          Background.start(
              () -> {
                long calls = 0;
                while (!done.get()) {
                  assertThat(weir.unified().incr("count")).isPositive();
                  served.incrementAndGet();
                  calls++;
                }
                return calls;
              }));
    }
    someAreServed();
  }

  private void someAreServed() {
    long before = served.get();
    await().until(() -> served.get() > before + 200);
  }

  private void nobodyFailed() {
    done.set(true);
    threads.forEach(thread -> assertThat(thread.result()).isPositive());
  }

  @Test
  void thePasswordOfAUserChangesWithNoFailedCall() {
    AtomicReference<String> password = new AtomicReference<>("first");
    try (WeirRedis weir = builder().user("app").password(password::get).build()) {
      load(weir);
      operator.aclSetUser("app", ">second");
      password.set("second");
      operator.aclSetUser("app", "<first");
      weir.evictAll();
      await().until(() -> weir.pool().connections().stream().allMatch(c -> c.generation() == 1));
      someAreServed();
      nobodyFailed();
      assertThat(weir.pool().stats().failedOpens()).isZero();
    }
  }

  @Test
  void theUserItselfChangesWithNoFailedCall() {
    AtomicReference<RedisCredentials> account =
        new AtomicReference<>(new DefaultRedisCredentials("app", "first"));
    try (WeirRedis weir = builder().credentials(account::get).build()) {
      load(weir);
      operator.aclSetUser("next", "on", ">other", "~*", "+@all");
      account.set(new DefaultRedisCredentials("next", "other"));
      weir.evictAll();
      await()
          .until(
              () ->
                  operator
                      .clientList()
                      .lines()
                      .filter(line -> line.contains(" name=weir-test "))
                      .allMatch(line -> line.contains(" user=next ")));
      operator.aclDelUser("app");
      someAreServed();
      nobodyFailed();
    }
  }

  @Test
  void thePasswordOfTheServerChangesWithNoFailedCall() {
    operator.configSet("requirepass", "first");
    AtomicReference<String> password = new AtomicReference<>("first");
    try (WeirRedis weir = builder().password(password::get).build()) {
      load(weir);
      // Connections that are open stay; only what is opened in this moment would be refused.
      password.set("second");
      operator.configSet("requirepass", "second");
      weir.evictAll();
      await().until(() -> weir.pool().connections().stream().allMatch(c -> c.generation() == 1));
      someAreServed();
      nobodyFailed();
    }
  }

  @Test
  void aUserWhoMayNotPingIsServedAllTheSame() {
    operator.aclSetUser("narrow", "on", ">x", "~*", "+get", "+set", "+auth");
    try (WeirRedis weir =
        builder()
            .user("narrow")
            .password("x")
            .pool(pool -> pool.validationWindow(java.time.Duration.ZERO))
            .build()) {
      for (int i = 0; i < 5; i++) {
        assertThat(weir.unified().set("a", "b")).isEqualTo("OK");
      }
      assertThat(weir.pool().stats().checkFailures()).isZero();
    }
  }
}
