package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.PoolClosedException;
import dev.weir.pool.kit.Background;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ScanIteration;

/** Commands over the pool, and what the pool and the server say about it. */
@Timeout(300)
class WeirRedisTest {
  private RealRedis server;
  private WeirRedis weir;

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    weir = connect(2, 4);
  }

  private WeirRedis connect(int min, int max) {
    return WeirRedis.builder()
        .url(server.url() + "/3")
        .clientName("weir-test")
        .pool(pool -> pool.min(min).max(max).acquireTimeout(LIMIT).maxWaiters(100))
        .build();
  }

  @AfterEach
  void end() {
    weir.close();
    server.close();
  }

  @Test
  void commandsWorkAndEveryLeaseComesBack() {
    for (int i = 0; i < 50; i++) {
      weir.unified().set("key" + i, "value" + i);
      assertThat(weir.unified().get("key" + i)).isEqualTo("value" + i);
    }
    assertThat(weir.pool().stats().active()).isZero();
    assertThat(weir.pool().stats().released()).isEqualTo(weir.pool().stats().acquired());
    assertThat(weir.pool().stats().created()).isLessThanOrEqualTo(2);
  }

  @Test
  void anAnswerThatIsAnErrorLeavesTheConnectionInThePool() {
    weir.unified().set("text", "abc");
    long created = weir.pool().stats().created();
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> weir.unified().incr("text")).hasMessageContaining("not an integer");
    }
    assertThat(weir.unified().get("text")).isEqualTo("abc");
    await().until(() -> weir.pool().stats().size() == 2);
    assertThat(weir.pool().stats().created()).isLessThanOrEqualTo(Math.max(2, created));
  }

  @Test
  void whatTheServerCountsIsWhatThePoolCounts() {
    await().until(() -> weir.pool().stats().idle() == 2);
    assertThat(server.clients("weir-test")).isEqualTo(2);
    weir.pool().resize(4, 4);
    await().until(() -> weir.pool().stats().idle() == 4);
    assertThat(server.clients("weir-test")).isEqualTo(4);
    weir.pool().resize(1, 1);
    await().until(() -> server.clients("weir-test") == 1);
    assertThat(weir.pool().stats().size()).isEqualTo(1);
    weir.close();
    await().until(() -> server.clients("weir-test") == 0);
  }

  @Test
  void thereAreNeverMoreConnectionsThanMax() {
    List<Background<Long>> callers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      callers.add(
          Background.start(
              () -> {
                for (int k = 0; k < 50; k++) {
                  long unused = weir.unified().incr("count");
                }
                return 50L;
              }));
    }
    callers.forEach(caller -> assertThat(caller.result()).isEqualTo(50));
    assertThat(weir.unified().get("count")).isEqualTo("800");
    assertThat(weir.pool().stats().created()).isLessThanOrEqualTo(4);
  }

  @Test
  void theDatabaseOfTheUrlIsUsed() {
    weir.unified().set("where", "here");
    try (var operator = server.operator()) {
      assertThat(operator.get("where")).isNull();
      operator.select(3);
      assertThat(operator.get("where")).isEqualTo("here");
    }
  }

  @Test
  void workGivesBackItsConnectionWhateverItThrows() {
    assertThat(weir.<String, RuntimeException>withRedis(redis -> redis.set("a", "b")))
        .isEqualTo("OK");
    assertThatThrownBy(
            () ->
                weir.withRedis(
                    redis -> {
                      throw new IOException("mine");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("mine");
    assertThat(weir.pool().stats().active()).isZero();
  }

  @Test
  void whatWorkWasGivenIsOfNoUseAfterwards() {
    var kept = weir.withRedis(redis -> redis);
    assertThatThrownBy(() -> kept.get("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this lease has ended");
  }

  @Test
  void whoClosesTwiceDoesNotEndTheLeaseOfTheNext() throws Exception {
    try (WeirRedis one = connect(1, 1);
        WeirConnectionProvider provider = new WeirConnectionProvider(one.pool())) {
      Connection first = provider.getConnection();
      first.close();
      Connection second = provider.getConnection();
      first.close();
      assertThat(one.pool().stats().active()).isEqualTo(1);
      assertThatThrownBy(first::ping).isInstanceOf(IllegalStateException.class);
      assertThat(second.ping()).isTrue();
      second.close();
    }
  }

  @Test
  void aConnectionThatWasClosedIsNotOpenedAgainByACommand() {
    WeirConnectionProvider provider = new WeirConnectionProvider(weir.pool());
    try (Connection connection = provider.getConnection()) {
      connection.disconnect();
      assertThatThrownBy(connection::ping)
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("the connection is closed");
    }
    assertThat(weir.unified().ping()).isEqualTo("PONG");
  }

  @Test
  void aCommandThatBlocksMayTakeLongerThanTheReadTimeout() throws Exception {
    RedisOptions hasty = RedisOptions.defaults().withReadTimeout(Duration.ofMillis(200));
    try (WeirRedis patient =
        WeirRedis.builder().options(hasty).address("127.0.0.1", server.port()).build()) {
      Background<List<String>> popped =
          Background.start(() -> patient.unified().blpop(60, "queue"));
      await().until(() -> blocked() == 1);
      long begun = System.nanoTime();
      await().until(() -> System.nanoTime() - begun > Duration.ofMillis(400).toNanos());
      patient.unified().rpush("queue", "at last");
      assertThat(popped.result()).containsExactly("queue", "at last");
    }
  }

  private long blocked() {
    try (var operator = server.operator()) {
      return operator.info("clients").lines().anyMatch(line -> line.equals("blocked_clients:1"))
          ? 1
          : 0;
    }
  }

  @Test
  void aScanThatIsAnIterationHoldsNoConnectionBetweenItsSteps() {
    Set<String> keys = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      weir.unified().set("scan" + i, "x");
      keys.add("scan" + i);
    }
    ScanIteration scan = weir.unified().scanIteration(50, "scan*");
    Set<String> found = new TreeSet<>();
    while (!scan.isIterationCompleted()) {
      found.addAll(scan.nextBatchList());
      assertThat(weir.pool().stats().active()).isZero();
    }
    assertThat(found).isEqualTo(keys);
  }

  @Test
  void anInterruptEndsTheWaitOfACommand() throws Exception {
    CountDownLatch flagged = new CountDownLatch(1);
    Background<Object> popped =
        Background.start(
            () -> {
              try {
                return weir.unified().blpop(0, "nothing");
              } finally {
                if (Thread.currentThread().isInterrupted()) {
                  flagged.countDown();
                }
              }
            });
    await().until(() -> blocked() == 1);
    popped.thread().interrupt();
    assertThat(popped.failure(OutcomeUnknownException.class)).hasMessageContaining("BLPOP");
    flagged.await();
    await().until(() -> blocked() == 0);
    assertThat(weir.unified().set("still", "here")).isEqualTo("OK");
  }

  @Test
  void afterTheEndNothingIsLent() {
    weir.close();
    assertThatThrownBy(() -> weir.unified().get("a"))
        .isInstanceOf(CommandNotRunException.class)
        .hasCauseInstanceOf(PoolClosedException.class)
        .hasMessageContaining("pool \"redis\": closed");
  }

  @Test
  void closingEndsACommandUnderTheHandsOfItsCaller() {
    Background<Object> popped = Background.start(() -> weir.unified().blpop(0, "nothing"));
    await().until(() -> blocked() == 1);
    weir.close();
    assertThat(popped.failure(OutcomeUnknownException.class)).hasMessageContaining("BLPOP");
  }
}
