package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleRowTest {
  @Test
  void columnsThatAVersionLacksReadAsNothing() {
    PgBouncerPool pool = PgBouncerPool.of(new ConsoleRow(Map.of("database", "shop")));
    assertThat(pool)
        .isEqualTo(new PgBouncerPool("shop", "", 0, 0, 0, 0, 0, 0, 0, Duration.ZERO, ""));
    assertThat(PgBouncerTraffic.of(new ConsoleRow(Map.of())).waitTime()).isZero();
  }

  @Test
  void columnsThatAVersionAddsChangeNothing() {
    ConsoleRow row = new ConsoleRow(Map.of("cl_waiting", "3", "load_balance_hosts", "disable"));
    assertThat(PgBouncerPool.of(row).clientsWaiting()).isEqualTo(3);
  }

  @Test
  void theReserveIsFoundUnderItsOldAndItsNewName() {
    assertThat(PgBouncerDatabase.of(new ConsoleRow(Map.of("reserve_pool", "2"))).reservePoolSize())
        .isEqualTo(2);
    assertThat(
            PgBouncerDatabase.of(new ConsoleRow(Map.of("reserve_pool_size", "4")))
                .reservePoolSize())
        .isEqualTo(4);
  }

  @Test
  void theLongestWaitHasBothItsParts() {
    ConsoleRow row = new ConsoleRow(Map.of("maxwait", "2", "maxwait_us", "500000"));
    assertThat(PgBouncerPool.of(row).maxWait()).isEqualTo(Duration.ofMillis(2_500));
  }

  @Test
  void whatIsNoNumberReadsAsZero() {
    assertThat(new ConsoleRow(Map.of("port", "many")).count("port")).isZero();
    assertThat(new ConsoleRow(Map.of("port", "99999999999")).count("port"))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void theConsolesOwnDatabaseIsNoneOfTheUsers() {
    PgBouncerSnapshot snapshot =
        new PgBouncerSnapshot(
            PgBouncerVersion.parse("1.18"),
            List.of(pool("pgbouncer", 1), pool("shop", 2), pool("crm", 3)),
            List.of(),
            List.of());
    assertThat(snapshot.pools()).hasSize(2);
    assertThat(snapshot.clientsWaiting()).isEqualTo(5);
    assertThat(snapshot.maxWait()).isEqualTo(Duration.ofSeconds(3));
  }

  private static PgBouncerPool pool(String database, int waiting) {
    return PgBouncerPool.of(
        new ConsoleRow(
            Map.of("database", database, "cl_waiting", "" + waiting, "maxwait", "" + waiting)));
  }
}
