package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C7: what callers notice when the server goes, moves, or wants another password. */
@Timeout(180)
class OutageTest {
  private static final int CALLERS = 16;
  private static final int MAX = 8;
  private static final Duration ACQUIRE_TIMEOUT = ofSeconds(5);

  /** One who asks all the time, and counts. */
  private static final class Caller implements AutoCloseable {
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();
    private final AtomicReference<String> lastAnswer = new AtomicReference<>("");
    private final Thread thread;
    private volatile boolean stopped;

    Caller(WeirDataSource db, String question) {
      thread = new Thread(() -> run(db, question));
      thread.start();
    }

    private void run(WeirDataSource db, String question) {
      while (!stopped) {
        boolean leased = false;
        try (Connection connection = db.getConnection()) {
          leased = true;
          lastAnswer.set(ask(connection, question));
          served.incrementAndGet();
        } catch (SQLException e) {
          (leased ? cutOff : refused).incrementAndGet();
        }
      }
    }

    @Override
    public void close() throws InterruptedException {
      stopped = true;
      thread.join();
    }
  }

  private static List<Caller> callers(WeirDataSource db, String question) {
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(new Caller(db, question));
    }
    return callers;
  }

  private static void stop(List<Caller> callers) throws InterruptedException {
    for (Caller caller : callers) {
      caller.stopped = true;
    }
    for (Caller caller : callers) {
      caller.close();
    }
  }

  private static void awaitAnswers(List<Caller> callers, Duration within) {
    List<Integer> before = callers.stream().map(caller -> caller.served.get()).toList();
    await()
        .atMost(within)
        .until(
            () -> {
              for (int i = 0; i < callers.size(); i++) {
                if (callers.get(i).served.get() <= before.get(i)) {
                  return false;
                }
              }
              return true;
            });
  }

  @Test
  void afterARestartEverybodyIsServedWithinOneAcquireTimeout() throws Exception {
    try (Postgres postgres = Postgres.start();
        WeirDataSource db =
            Shop.on(postgres, "restarted")
                .pool(p -> p.min(MAX).max(MAX).acquireTimeout(ACQUIRE_TIMEOUT))
                .build()) {
      List<Caller> callers = callers(db, "select 1");
      try {
        awaitAnswers(callers, ofSeconds(30));
        postgres.down();
        await().until(() -> callers.stream().allMatch(c -> c.refused.get() > 0));
        postgres.up();
        awaitAnswers(callers, ACQUIRE_TIMEOUT);
        // One may have been under way, and one more may have been lent before anybody knew.
        assertThat(callers).allSatisfy(c -> assertThat(c.cutOff.get()).isLessThanOrEqualTo(2));
      } finally {
        stop(callers);
      }
      assertThat(db.pool().stats().active()).isZero();
    }
  }

  @Test
  void newCredentialsAndANewAddressFailNobody() throws Exception {
    try (Postgres first = Postgres.start();
        Postgres second = Postgres.start()) {
      for (Postgres postgres : List.of(first, second)) {
        postgres.execute("create role one login", "create role two login");
      }
      AtomicReference<String> url = new AtomicReference<>(first.url());
      AtomicReference<Credentials> who = new AtomicReference<>(new Credentials("one", "1"));
      try (WeirDataSource db =
          WeirDataSource.builder()
              .url(url::get)
              .credentials(who::get)
              .pool(p -> p.min(MAX).max(MAX).acquireTimeout(ACQUIRE_TIMEOUT))
              .build()) {
        List<Caller> callers = callers(db, "select current_user || current_setting('port')");
        try {
          awaitAnswers(callers, ofSeconds(30));
          who.set(new Credentials("two", "2"));
          db.pool().evictAll();
          await()
              .until(
                  () ->
                      callers.stream()
                          .allMatch(c -> c.lastAnswer.get().equals("two" + first.port())));
          url.set(second.url());
          db.pool().evictAll();
          await()
              .until(
                  () ->
                      callers.stream()
                          .allMatch(c -> c.lastAnswer.get().equals("two" + second.port())));
        } finally {
          stop(callers);
        }
        assertThat(callers).allSatisfy(c -> assertThat(c.refused.get()).isZero());
        assertThat(callers).allSatisfy(c -> assertThat(c.cutOff.get()).isZero());
        assertThat(first.sessions("PostgreSQL JDBC Driver")).isLessThanOrEqualTo(1);
      }
    }
  }
}
