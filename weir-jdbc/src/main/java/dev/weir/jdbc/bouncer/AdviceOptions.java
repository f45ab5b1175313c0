package dev.weir.jdbc.bouncer;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.util.Map;

/**
 * What {@link PgBouncerAdvice} has to know beside the pools.
 *
 * @param memoryMib memory of PostgreSQL's machine in MiB
 * @param cores cores of PostgreSQL's machine
 * @param reserve sessions that go around PgBouncer: people, migrations, backups, replicas, the
 *     database view
 * @param clients clients of PgBouncer that are none of the pools: scripts, people
 * @param version PgBouncer's; what this one has, later ones have
 * @param listenHost where PgBouncer listens
 * @param listenPort where PgBouncer listens
 * @param authFile PgBouncer's file of users and passwords
 * @param consoleUser who may read PgBouncer's console
 */
public record AdviceOptions(
    @Option(byDefault = "4096", about = "memory of PostgreSQL's machine in MiB") int memoryMib,
    @Option(byDefault = "4", about = "cores of PostgreSQL's machine; 1 to 1024") int cores,
    @Option(
            byDefault = "10",
            about =
                "sessions that go around PgBouncer: people, migrations, backups, replicas; 1 to 1000")
        int reserve,
    @Option(byDefault = "0", about = "clients of PgBouncer that are none of the pools; 0 to 100000")
        int clients,
    @Option(byDefault = "1.18.0", about = "PgBouncer's version; later ones take the file too")
        String version,
    @Option(byDefault = "127.0.0.1", about = "where PgBouncer listens") String listenHost,
    @Option(byDefault = "6432", about = "where PgBouncer listens") int listenPort,
    @Option(
            byDefault = "/etc/pgbouncer/userlist.txt",
            about = "PgBouncer's file of users and passwords")
        String authFile,
    @Option(byDefault = "weir_stats", about = "who may read PgBouncer's console")
        String consoleUser) {

  /** Checks the options. */
  public AdviceOptions {
    within("memoryMib", memoryMib, 64, 64 << 20);
    within("cores", cores, 1, 1024);
    within("reserve", reserve, 1, 1_000);
    within("clients", clients, 0, 100_000);
    within("listenPort", listenPort, 1, 65_535);
    word("listenHost", listenHost, "an address");
    word("consoleUser", consoleUser, "a user's name without spaces and commas");
    if (authFile.isBlank() || authFile.codePoints().anyMatch(Character::isISOControl)) {
      throw new InvalidOptionException("authFile", "this", "a path without control characters");
    }
    try {
      version = PgBouncerVersion.parse(version).toString();
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionException("version", version, "one such as 1.18 or 1.24.1");
    }
  }

  /** Every option at its default. */
  public static AdviceOptions defaults() {
    return Options.defaults(AdviceOptions.class);
  }

  /**
   * A copy with other values.
   *
   * @param changes by the names of the options, in Java or in dashed form
   */
  public AdviceOptions with(Map<String, ?> changes) {
    return Options.with(this, changes);
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidOptionException(option, value, least + " to " + most);
    }
  }

  private static void word(String option, String value, String expected) {
    if (!value.matches("[^\\s,;\\p{Cntrl}]+")) {
      throw new InvalidOptionException(option, value.replaceAll("\\p{Cntrl}", "\uFFFD"), expected);
    }
  }
}
