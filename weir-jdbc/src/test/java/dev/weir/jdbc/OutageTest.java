package dev.weir.jdbc;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.kit.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C7: what callers notice when the server goes, moves, or wants another password. */
@Timeout(180)
class OutageTest {
  private static final int CALLERS = 16;
  private static final int MAX = 8;
  private static final Duration ACQUIRE_TIMEOUT = ofSeconds(5);

  @Test
  void afterARestartEverybodyIsServedWithinOneAcquireTimeout() throws Exception {
    try (Postgres postgres = Postgres.start();
        WeirDataSource db =
            Shop.on(postgres, "restarted")
                .pool(p -> p.min(MAX).max(MAX).acquireTimeout(ACQUIRE_TIMEOUT))
                .build()) {
      try (Callers callers = Callers.start(CALLERS, db, "select 1")) {
        callers.awaitAnswers(ofSeconds(30));
        postgres.down();
        callers.awaitRefusals();
        postgres.up();
        callers.awaitAnswers(ACQUIRE_TIMEOUT);
        // One may have been under way, and one more may have been lent before anybody knew.
        assertThat(callers.cutOff()).allMatch(times -> times <= 2);
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
                  .build();
          Callers callers =
              Callers.start(CALLERS, db, "select current_user || current_setting('port')")) {
        callers.awaitAnswers(ofSeconds(30));
        who.set(new Credentials("two", "2"));
        db.pool().evictAll();
        callers.awaitAnswer("two" + first.port());
        url.set(second.url());
        db.pool().evictAll();
        callers.awaitAnswer("two" + second.port());
        callers.close();
        assertThat(callers.refused()).containsOnly(0);
        assertThat(callers.cutOff()).containsOnly(0);
        assertThat(first.sessions("PostgreSQL JDBC Driver")).isLessThanOrEqualTo(1);
      }
    }
  }
}
