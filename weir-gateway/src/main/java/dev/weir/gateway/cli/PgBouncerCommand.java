package dev.weir.gateway.cli;

import dev.weir.gateway.config.ByteSize;
import dev.weir.jdbc.bouncer.AdviceOptions;
import dev.weir.jdbc.bouncer.ApplicationPool;
import dev.weir.jdbc.bouncer.PgBouncerAdvice;
import dev.weir.jdbc.bouncer.PoolFile;
import dev.weir.pool.InvalidOptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir pgbouncer}: writes the configuration of a PgBouncer that fits given pools. */
@Command(
    name = "pgbouncer",
    mixinStandardHelpOptions = true,
    description = "Writes pgbouncer.ini and PostgreSQL settings that fit given pools.",
    footer = {
      "",
      "POOL is a properties file: url (jdbc:postgresql://HOST:PORT/DATABASE), user, max,",
      "instances (processes that have such a pool), acquire-timeout, name. A password in it",
      "is not read. Each line that is written has its reason as a comment.",
      "For example:  weir pgbouncer --from orders.properties --memory 16GiB --cores 8 -o conf",
      "",
      "Exit codes: 0 written, 1 a file exists already, 2 a value is not possible."
    })
final class PgBouncerCommand implements Callable<Integer> {
  static final String INI = "pgbouncer.ini";
  static final String CONF = "postgresql-weir.conf";

  @Option(
      names = "--from",
      required = true,
      paramLabel = "POOL",
      description = "A pool of an application; may be given several times.")
  private List<Path> from = List.of();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Memory of PostgreSQL's machine; 4GiB by default.")
  private @Nullable String memory;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description = "Cores of PostgreSQL's machine; 4 by default.")
  private @Nullable Integer cores;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Clients of PgBouncer that are none of the pools; none by default.")
  private @Nullable Integer clients;

  @Option(
      names = "--reserve",
      paramLabel = "N",
      description = "Sessions that go around PgBouncer: people, backups; 10 by default.")
  private @Nullable Integer reserve;

  @Option(
      names = "--pgbouncer-version",
      paramLabel = "VERSION",
      description = "PgBouncer's; 1.18 by default, which every later one understands.")
  private @Nullable String version;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "Write "
              + INI
              + " and "
              + CONF
              + " there, never over existing files; without it the"
              + " former goes to stdout, with the latter as comments.")
  private @Nullable Path output;

  @Option(names = "--json", description = "Print both as one JSON object, by their names.")
  private boolean json;

  private final Terminal terminal;

  PgBouncerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<ApplicationPool> pools = new ArrayList<>();
    for (Path file : from) {
      pools.add(read(file));
    }
    PgBouncerAdvice advice = advise(pools);
    if (memory == null || cores == null) {
      terminal.say(
          "taken for granted: "
              + (cores == null ? "4 cores (--cores)" : "")
              + (cores == null && memory == null ? ", " : "")
              + (memory == null ? "4GiB (--memory)" : "")
              + " of PostgreSQL's machine");
    }
    write(advice);
    return ExitCodes.OK;
  }

  private static ApplicationPool read(Path file) {
    try {
      return PoolFile.read(file);
    } catch (InvalidOptionException e) {
      throw new CommandFailure(ExitCodes.USAGE, file + ": " + e.getMessage());
    } catch (IOException e) {
      throw ServeCommand.unreadable(file, e);
    }
  }

  private PgBouncerAdvice advise(List<ApplicationPool> pools) {
    Map<String, Object> given = new LinkedHashMap<>();
    put(given, "memoryMib", memory == null ? null : mebibytes(memory));
    put(given, "cores", cores);
    put(given, "clients", clients);
    put(given, "reserve", reserve);
    put(given, "version", version);
    try {
      return PgBouncerAdvice.of(pools, AdviceOptions.defaults().with(given));
    } catch (InvalidOptionException e) {
      throw new CommandFailure(ExitCodes.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static void put(Map<String, Object> options, String name, @Nullable Object value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  private static int mebibytes(String text) {
    try {
      return Math.toIntExact(ByteSize.parse(text).bytes() >> 20);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CommandFailure(
          ExitCodes.USAGE, "--memory: " + text + " is no size such as 512MiB or 16GiB");
    }
  }

  private void write(PgBouncerAdvice advice) {
    if (output != null) {
      write(advice, output);
    }
    if (json) {
      ObjectNode files = JsonMapper.shared().createObjectNode();
      files.put(INI, advice.pgbouncerIni()).put(CONF, advice.postgresqlConf());
      terminal.out().println(files);
    } else if (output == null) {
      terminal.out().print(advice.pgbouncerIni() + "\n; " + CONF + ":\n");
      advice.postgresqlConf().lines().forEach(line -> terminal.out().print(asComment(line)));
    }
    terminal.out().flush();
  }

  private static void write(PgBouncerAdvice advice, Path to) {
    try {
      Files.createDirectories(to);
      refuseToOverwrite(to.resolve(INI));
      refuseToOverwrite(to.resolve(CONF));
      writeNew(to.resolve(INI), advice.pgbouncerIni());
      writeNew(to.resolve(CONF), advice.postgresqlConf());
    } catch (FileAlreadyExistsException e) {
      throw exists(Path.of(e.getFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is printed stays a file that PgBouncer takes, wherever it is redirected to. */
  private static String asComment(String line) {
    return (line.isEmpty() ? ";" : "; " + line) + "\n";
  }

  /** Both or none: the first is not written when the second could not be. */
  private static void refuseToOverwrite(Path file) {
    if (Files.exists(file)) {
      throw exists(file);
    }
  }

  private static CommandFailure exists(Path file) {
    return new CommandFailure(ExitCodes.FAILED, file + " exists already and is left as it is");
  }

  private static void writeNew(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
