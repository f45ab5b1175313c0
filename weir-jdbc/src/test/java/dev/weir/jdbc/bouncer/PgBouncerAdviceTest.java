package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.InvalidOptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The golden files are made by {@code mvn -pl weir-jdbc -am test -Ddocs=write}; read them. */
class PgBouncerAdviceTest {
  private static final Path GOLDEN = Path.of("src/test/resources/dev/weir/jdbc/bouncer");
  private static final AdviceOptions OPTIONS = AdviceOptions.defaults();

  @Test
  void onePoolGetsTheFilesThatWereRead() throws IOException {
    isAsRead(
        "one-pool", PgBouncerAdvice.of(List.of(pool("orders", "shop", "app", 20, 4)), OPTIONS));
  }

  @Test
  void severalPoolsOnALaterVersionGetTheFilesThatWereRead() throws IOException {
    List<ApplicationPool> pools =
        List.of(
            pool("orders", "shop", "app", 20, 6),
            pool("reports", "shop", "reader", 5, 2),
            new ApplicationPool(
                "crm", "db.example.com", 5432, "crm", "crm", 10, 1, Duration.ofMillis(1_500)));
    AdviceOptions options =
        OPTIONS.with(Map.of("memoryMib", 65_536, "cores", 16, "version", "1.24.1", "clients", 50));
    isAsRead("several-pools", PgBouncerAdvice.of(pools, options));
  }

  @Test
  void theSameInputGivesTheSameText() {
    List<ApplicationPool> pools =
        new ArrayList<>(List.of(pool("a", "x", "u", 3, 1), pool("b", "y", "u", 9, 2)));
    assertThat(PgBouncerAdvice.of(pools, OPTIONS)).isEqualTo(PgBouncerAdvice.of(pools, OPTIONS));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "1, 1, 4, 1",
    "10, 1, 1, 1",
    "50, 40, 8, 3",
    "7, 3, 2, 5",
    "3, 1, 64, 2"
  })
  void postgresAlwaysHasRoomForAllThatPgBouncerMayOpen(
      int max, int instances, int cores, int databases) {
    List<ApplicationPool> pools = new ArrayList<>();
    for (int i = 0; i < databases; i++) {
      pools.add(pool("pool" + i, "db" + i, "app", max, instances));
      pools.add(pool("second" + i, "db" + i, "other", 1, 1));
    }
    AdviceOptions options = OPTIONS.with(Map.of("cores", cores, "memoryMib", 1 << 20));
    Sizing sizing = new Sizing(pools, options);
    int opened = sizing.databases.stream().mapToInt(Sizing.Database::maxConnections).sum();
    assertThat(opened).isEqualTo(sizing.serverConnections);
    assertThat(sizing.maxConnections).isEqualTo(opened + options.reserve() + Sizing.SUPERUSERS);
    assertThat(sizing.databases)
        .allSatisfy(
            row -> {
              assertThat(row.poolSize())
                  .isBetween(1, row.maxConnections() - sizing.reservePoolSize);
              assertThat(row.maxConnections()).isGreaterThan(row.users());
            });
    assertThat(sizing.minPoolSize).isBetween(1, sizing.defaultPoolSize);
    assertThat(sizing.serverConnections)
        .as("what can be at work, one for each user at least, and the reserves")
        .isLessThanOrEqualTo(sizing.budget + databases * (2 + sizing.reservePoolSize));
    assertThat(sizing.maxClients).isGreaterThan(sizing.poolConnections);
    int sessions =
        sizing.maxConnections * (Sizing.SESSION_MIB + Sizing.WORK_AREAS * sizing.workMemMib);
    assertThat(sessions).as("MiB").isLessThanOrEqualTo(options.memoryMib() / 4);
  }

  @Test
  void poolsOfOneDatabaseAndUserShareAPoolOfPgBouncer() {
    Sizing apart =
        new Sizing(List.of(pool("a", "x", "u", 30, 1), pool("b", "x", "v", 30, 1)), OPTIONS);
    Sizing shared =
        new Sizing(List.of(pool("a", "x", "u", 30, 1), pool("b", "x", "u", 30, 1)), OPTIONS);
    assertThat(apart.defaultPoolSize).isEqualTo(8);
    assertThat(shared.defaultPoolSize).isEqualTo(16);
  }

  @Test
  void theLargestUserOfADatabaseMayHaveItsShareAndAllTogetherTheirs() {
    Sizing sizing =
        new Sizing(List.of(pool("a", "x", "u", 120, 1), pool("b", "x", "v", 40, 1)), OPTIONS);
    assertThat(sizing.databases).containsExactly(new Sizing.Database("x", 2, 160, 120, 12, 16 + 3));
  }

  @Test
  void whoWouldGetNothingGetsOneAndTheCommentSaysSo() {
    PgBouncerAdvice advice =
        PgBouncerAdvice.of(
            List.of(pool("a", "x", "u", 500, 1), pool("b", "y", "v", 1, 1)), OPTIONS);
    assertThat(advice.pgbouncerIni())
        .contains(
            "; y: 1 of 501 connections, 16 x 1 / 501 = 0, raised to 1 since each user needs one");
  }

  @Test
  void aDatabaseThatPgBouncerCannotNameIsRefused() {
    assertThatThrownBy(() -> pool("a", "my shop", "u", 1, 1))
        .hasMessageContaining("database: my shop is not possible");
  }

  @Test
  void tooLittleMemoryIsRefusedWithTheLeastThatWouldDo() {
    AdviceOptions small = OPTIONS.with(Map.of("memoryMib", 512));
    List<ApplicationPool> pools = List.of(pool("orders", "shop", "app", 20, 4));
    assertThatThrownBy(() -> PgBouncerAdvice.of(pools, small))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("memory-mib: 512 is not possible; expected 1188 or more")
        .hasMessageContaining("33 sessions");
    assertThat(PgBouncerAdvice.of(pools, OPTIONS.with(Map.of("memoryMib", 1188))).postgresqlConf())
        .contains("work_mem = 1MB");
    assertThatThrownBy(() -> PgBouncerAdvice.of(pools, OPTIONS.with(Map.of("memoryMib", 1187))))
        .isInstanceOf(InvalidOptionException.class);
  }

  @Test
  void poolsOfTwoServersAreRefusedWithBothAddresses() {
    ApplicationPool other =
        new ApplicationPool("b", "db2.example.com", 5432, "x", "u", 1, 1, Duration.ofSeconds(5));
    assertThatThrownBy(() -> PgBouncerAdvice.of(List.of(pool("a", "x", "u", 1, 1), other), OPTIONS))
        .hasMessageContaining("db2.example.com:5432")
        .hasMessageContaining("db.example.com:5432");
  }

  @Test
  void noPoolAndTwoOfOneNameAreRefused() {
    assertThatThrownBy(() -> PgBouncerAdvice.of(List.of(), OPTIONS)).hasMessageContaining("pools");
    assertThatThrownBy(
            () ->
                PgBouncerAdvice.of(
                    List.of(pool("a", "x", "u", 1, 1), pool("a", "y", "u", 1, 1)), OPTIONS))
        .hasMessageContaining("name: a is not possible");
  }

  @Test
  void aNameThatEndsItsLineIsRefused() {
    assertThatThrownBy(() -> pool("a\nadmin_users = me", "x", "u", 1, 1))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> pool("a", "x", "u\rv", 1, 1))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> OPTIONS.with(Map.of("consoleUser", "a,b")))
        .hasMessageContaining("console-user");
    assertThatThrownBy(() -> OPTIONS.with(Map.of("authFile", "a\nb")))
        .hasMessageContaining("auth-file");
  }

  @ParameterizedTest
  @CsvSource({
    "cores, 0, 1 to 1024",
    "memoryMib, 1, 64 to",
    "reserve, 0, 1 to 1000",
    "clients, -1, 0 to 100000",
    "listenPort, 70000, 1 to 65535",
    "version, eighteen, one such as 1.18"
  })
  void anOptionOutOfItsBoundsIsRefusedWithTheBounds(String option, String value, String bounds) {
    assertThatThrownBy(() -> OPTIONS.with(Map.of(option, value)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(value)
        .hasMessageContaining(bounds);
  }

  private static ApplicationPool pool(
      String name, String database, String user, int max, int instances) {
    return new ApplicationPool(
        name, "db.example.com", 5432, database, user, max, instances, Duration.ofSeconds(5));
  }

  private static void isAsRead(String name, PgBouncerAdvice advice) throws IOException {
    Path ini = GOLDEN.resolve(name + ".ini");
    Path conf = GOLDEN.resolve(name + ".conf");
    if ("write".equals(System.getProperty("docs"))) {
      Files.createDirectories(GOLDEN);
      Files.writeString(ini, advice.pgbouncerIni());
      Files.writeString(conf, advice.postgresqlConf());
    }
    assertThat(advice.pgbouncerIni()).isEqualTo(Files.readString(ini));
    assertThat(advice.postgresqlConf()).isEqualTo(Files.readString(conf));
  }
}
