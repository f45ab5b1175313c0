package dev.weir.jdbc;

import static dev.weir.jdbc.Shop.ask;
import static dev.weir.jdbc.Shop.execute;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.jdbc.kit.MariaDb;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails in front of a MariaDB: which failures end a connection, and what callers are told. */
@Tag("mariadb")
@Timeout(180)
class MariaDbFailuresTest {
  private static final String ME = "select connection_id()";
  private static MariaDb mariaDb;

  @BeforeAll
  static void start() throws Exception {
    mariaDb = MariaDb.start();
    mariaDb.execute("create table shop.account (id int primary key, balance int not null)");
  }

  @AfterAll
  static void stop() throws IOException {
    mariaDb.close();
  }

  private static WeirDataSource one() {
    return Shop.on(mariaDb, "one").pool(p -> p.min(1).max(1)).build();
  }

  @Test
  void aSessionThatWasKilledIsReplaced() throws Exception {
    try (WeirDataSource db = one()) {
      String first;
      try (Connection connection = db.getConnection()) {
        first = ask(connection, ME);
        mariaDb.execute("kill " + first);
        assertThatThrownBy(() -> ask(connection, "select 1")).isInstanceOf(SQLException.class);
      }
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, ME)).isNotEqualTo(first);
      }
    }
  }

  @Test
  void aFailureOfTheStatementAloneKeepsTheConnection() throws Exception {
    try (WeirDataSource db = one()) {
      try (Connection connection = db.getConnection()) {
        for (String wrong :
            new String[] {
              "selec", "select * from nowhere", "insert into account values (null, 1)"
            }) {
          assertThatThrownBy(() -> execute(connection, wrong)).isInstanceOf(SQLException.class);
        }
      }
      db.getConnection().close();
      assertThat(db.pool().stats().created()).isEqualTo(1);
    }
  }

  @Test
  void aQueryThatTookTooLongKeepsTheConnection() throws Exception {
    try (WeirDataSource db = one()) {
      try (Connection connection = db.getConnection();
          var statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        assertThatThrownBy(() -> statement.execute("select sleep(60)"))
            .isInstanceOf(SQLException.class);
      }
      db.getConnection().close();
      assertThat(db.pool().stats().created()).isEqualTo(1);
    }
  }

  @Test
  void afterOneDeadConnectionNobodyGetsAnother() throws Exception {
    try (WeirDataSource db = Shop.on(mariaDb, "all").pool(p -> p.min(8).max(8)).build()) {
      await().until(() -> db.pool().stats().idle() == 8);
      try (Connection connection = db.getConnection()) {
        mariaDb.terminate();
        assertThatThrownBy(() -> ask(connection, "select 1")).isInstanceOf(SQLException.class);
      }
      for (int i = 0; i < 8; i++) {
        try (Connection connection = db.getConnection()) {
          assertThat(ask(connection, "select 1")).isEqualTo("1");
        }
      }
    }
  }

  @Test
  void aServerThatBecameReadOnlyIsLeftByWhoWantsToWrite() throws Exception {
    try (WeirDataSource db = one()) {
      String first;
      try (Connection connection = db.getConnection()) {
        first = ask(connection, ME);
        mariaDb.execute("set global read_only = 1");
        assertThatThrownBy(() -> execute(connection, "insert into account values (9, 1)"))
            .isInstanceOf(SQLException.class);
      } finally {
        mariaDb.execute("set global read_only = 0");
      }
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, ME)).isNotEqualTo(first);
      }
    }
  }

  @Test
  void afterARestartEverybodyIsServedWithinOneAcquireTimeout() throws Exception {
    Duration acquireTimeout = ofSeconds(5);
    try (WeirDataSource db =
        Shop.on(mariaDb, "restarted")
            .pool(p -> p.min(8).max(8).acquireTimeout(acquireTimeout))
            .build()) {
      try (Callers callers = Callers.start(16, db, "select 1")) {
        callers.awaitAnswers(ofSeconds(30));
        mariaDb.down();
        callers.awaitRefusals();
        mariaDb.up();
        callers.awaitAnswers(acquireTimeout);
        assertThat(callers.cutOff()).allMatch(times -> times <= 2);
      }
      assertThat(db.pool().stats().active()).isZero();
    }
  }

  @Test
  void anAnswerThatIsCutOffTakesTheConnectionOut() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(mariaDb.port());
        WeirDataSource db =
            Shop.on(mariaDb, "cut")
                .url(MariaDb.url(proxy.port()))
                .pool(pool -> pool.min(1).max(1))
                .build()) {
      await().until(() -> db.pool().stats().idle() == 1);
      try (Connection connection = db.getConnection()) {
        proxy.cutAfter(1000);
        assertThatThrownBy(() -> ask(connection, "select repeat('x', 100000)"))
            .isInstanceOf(SQLException.class);
      }
      proxy.resume();
      try (Connection connection = db.getConnection()) {
        assertThat(ask(connection, "select 1")).isEqualTo("1");
      }
    }
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> opening(
      String url, String user, String password) {
    return assertThatThrownBy(
            () -> {
              try (WeirDataSource db =
                  WeirDataSource.builder()
                      .url(url)
                      .user(user)
                      .password(password)
                      .pool(p -> p.min(0).maxRetries(0))
                      .build()) {
                db.getConnection().close();
              }
            })
        .isInstanceOf(SQLException.class);
  }

  @Test
  void whyNothingCanBeOpenedIsTold() {
    opening(mariaDb.url(), MariaDb.USER, "wrong")
        .hasMessageContaining("refuses the user: check user and password");
    opening(mariaDb.url().replace("/shop", "/nowhere"), "root", "")
        .hasMessageContaining("there is no database of this name");
    opening(MariaDb.url(1), MariaDb.USER, MariaDb.PASSWORD)
        .hasMessageContaining("nobody listens there");
    opening("jdbc:mariadb://nowhere.invalid/shop", MariaDb.USER, MariaDb.PASSWORD)
        .hasMessageContaining("the host's name leads nowhere");
  }

  @Test
  void aServerThatIsFullIsToldSo() throws SQLException {
    mariaDb.execute("alter user app@'%' with max_user_connections 1");
    try (Connection only =
        java.sql.DriverManager.getConnection(mariaDb.url(), MariaDb.USER, MariaDb.PASSWORD)) {
      assertThat(only.isValid(10)).isTrue();
      opening(mariaDb.url(), MariaDb.USER, MariaDb.PASSWORD)
          .hasMessageContaining("has no place for another connection: lower max");
    } finally {
      mariaDb.execute("alter user app@'%' with max_user_connections 0");
    }
  }
}
