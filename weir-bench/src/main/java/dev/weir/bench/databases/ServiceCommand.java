package dev.weir.bench.databases;

import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.report.RawData;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir bench service}: a day of a service's life, and what it leaves on the server. */
@Command(
    name = "service",
    mixinStandardHelpOptions = true,
    description =
        "A day of a service with weir-jdbc, made short: leaks, slow queries, restarts, rotation."
            + " Ends with 1 if a connection is left on the server.")
public final class ServiceCommand implements Callable<Integer> {
  private static final int RESTART_EVERY = 6;
  private static final int ROTATE_EVERY = 4;

  /** It would log each leak, and leaks are what the service is made of. */
  private static final Logger LEAKS = Logger.getLogger("dev.weir.jdbc");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--hours",
      defaultValue = "24",
      description = "Hours of the service's life; ${DEFAULT-VALUE}.")
  private int hours;

  @Option(
      names = "--hour",
      paramLabel = "SECONDS",
      defaultValue = "8",
      description = "Seconds that stand for an hour; ${DEFAULT-VALUE}.")
  private int hour;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What the callers do; ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where page and raw data go; nowhere unless given.")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    check.atLeast(1, "--hours", hours);
    check.atLeast(1, "--hour", hour);
    PrintWriter terminal = command.commandLine().getOut();
    PrintWriter progress = command.commandLine().getErr();
    Machine machine = Machine.now();
    LEAKS.setLevel(Level.OFF);
    Page page;
    boolean clean;
    try (Database database = Database.start()) {
      Service service = new Service(database, seed);
      Left left;
      try {
        live(service, database, progress);
        service.quiet();
        left = Left.of(service, database);
      } finally {
        service.close();
      }
      boolean gone = within(() -> sessions(database) == 0);
      clean = left.agrees() && gone;
      page = page(service, left, gone, database.version());
    }
    page.sections().forEach(section -> terminal.println(section.table()));
    page.verdicts().forEach(verdict -> terminal.println(verdict.line()));
    Path directory = out;
    if (directory != null) {
      String line = CommandText.of(command);
      RawData raw = new RawData(line, machine);
      new PageWriter("service", line, machine, false).write(page, raw, directory);
      terminal.println("written: " + directory.resolve("service.md"));
    }
    return clean ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void live(Service service, Database database, PrintWriter progress) throws Exception {
    for (int now = 1; now <= hours; now++) {
      long end = System.nanoTime() + Duration.ofSeconds(hour).toNanos();
      if (now % RESTART_EVERY == 3) {
        database.down();
        database.up();
      }
      if (now % ROTATE_EVERY == 2) {
        service.rotate(now);
      }
      // The hour is over when its time is over: this is the clock of the day.
      Thread.sleep(Math.max(0, (end - System.nanoTime()) / 1_000_000));
      progress.println(
          "hour %d of %d: %,d served".formatted(now, hours, service.count(Service.Outcome.SERVED)));
    }
  }

  /** What is there when nobody calls any more: on the server, and in the pool's own books. */
  private record Left(boolean agrees, int sessions, int connections, int leased) {
    static Left of(Service service, Database database) throws InterruptedException {
      var pool = service.source().pool();
      // Forgotten leases end when the collector has come by.
      boolean settled =
          within(
              () -> {
                System.gc();
                return pool.stats().active() == 0
                    && ServiceCommand.sessions(database) == pool.connections().size();
              });
      return new Left(
          settled,
          ServiceCommand.sessions(database),
          pool.connections().size(),
          pool.stats().active());
    }
  }

  private static int sessions(Database database) {
    try {
      return database.sessions(Service.NAME);
    } catch (SQLException e) {
      return -1;
    }
  }

  private static boolean within(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      // The server's view and the collector tell nobody when they change: they have to be asked.
      Thread.sleep(100);
    }
    return true;
  }

  private Page page(Service service, Left left, boolean gone, String server) {
    Table table = new Table("what callers got", "times");
    for (Service.Outcome outcome : Service.Outcome.values()) {
      table.row(
          outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '),
          String.format(Locale.ROOT, "%,d", service.count(outcome)));
    }
    var stats = service.source().pool().stats();
    table.row("connections opened", String.format(Locale.ROOT, "%,d", stats.created()));
    return new Page(
        "A service's day: what it leaves on the server",
        "What is left on a PostgreSQL after %d hours of leaks, slow queries, restarts and rotation, an hour in %d s?"
            .formatted(hours, hour),
        List.of(
            "24 callers on 10 connections (seed %d): one call in a thousand forgets its connection, two hold it for three times the leak threshold, seven ask what takes longer than their transaction may; every %d hours the server restarts, every %d hours the user changes."
                .formatted(seed, RESTART_EVERY, ROTATE_EVERY),
            "The server: " + server + "."),
        List.of(
            new Verdict(
                "the server's view and the pool's agree when nobody calls",
                left.agrees(),
                "%d sessions, %d connections, %d leased"
                    .formatted(left.sessions(), left.connections(), left.leased())),
            new Verdict(
                "no session is left when the data source is closed",
                gone,
                "as pg_stat_activity says")),
        List.of(new Page.Section("The day", table.markdown(), "")),
        Map.of(),
        List.of(
            "A day: time is what cannot be made shorter, such as what grows by a little each hour."));
  }
}
