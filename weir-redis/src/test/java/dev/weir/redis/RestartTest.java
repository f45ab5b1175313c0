package dev.weir.redis;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.kit.Background;
import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.exceptions.JedisException;

/** A server that is restarted under load. */
@Timeout(300)
class RestartTest {
  private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(5);
  private static final int CALLERS = 8;

  /** One caller, who goes on whatever happens. */
  private static final class Caller {
    final AtomicLong served = new AtomicLong();
    final AtomicInteger mostLostInARow = new AtomicInteger();
    private int lostInARow;
    volatile long lastServed;

    void call(WeirRedis weir) {
      try {
        long unused = weir.unified().incr("count");
        served.incrementAndGet();
        lastServed = System.nanoTime();
        lostInARow = 0;
      } catch (OutcomeUnknownException e) {
        lostInARow++;
        mostLostInARow.accumulateAndGet(lostInARow, Math::max);
      } catch (JedisException e) {
        // As it should be while there is no server; and he does not ask as fast as he can.
        LockSupport.parkNanos(100_000);
      }
    }
  }

  @Test
  void allAreServedAgainWithinOneAcquireTimeoutAndNoneGetsADeadConnectionTwice()
      throws IOException {
    List<Caller> callers = new ArrayList<>();
    List<Background<Boolean>> threads = new ArrayList<>();
    AtomicBoolean done = new AtomicBoolean();
    try (RealRedis server = RealRedis.with();
        WeirRedis weir =
            WeirRedis.builder()
                .url(server.url())
                .pool(pool -> pool.min(2).max(4).acquireTimeout(ACQUIRE_TIMEOUT))
                .build()) {
      for (int i = 0; i < CALLERS; i++) {
        Caller caller = new Caller();
        callers.add(caller);
        threads.add(
            Background.start(
                () -> {
                  while (!done.get()) {
                    caller.call(weir);
                  }
                  return true;
                }));
      }
      for (int round = 0; round < 3; round++) {
        for (Caller caller : callers) {
          long before = caller.served.get();
          await().until(() -> caller.served.get() > before + 20);
        }
        server.stop();
        await().until(() -> !weir.pool().isHealthy());
        server.start();
        long back = System.nanoTime();
        for (Caller caller : callers) {
          await().until(() -> caller.lastServed - back > 0);
        }
        long took = System.nanoTime() - back;
        assertThat(took).isLessThan(ACQUIRE_TIMEOUT.toNanos());
      }
      done.set(true);
      threads.forEach(thread -> assertThat(thread.result()).isTrue());
      assertThat(callers).allMatch(caller -> caller.mostLostInARow.get() <= 1);
      assertThat(weir.pool().stats().active()).isZero();
    } finally {
      done.set(true);
    }
  }
}
