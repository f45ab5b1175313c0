package dev.weir.jdbc.bouncer.kit;

import static java.util.stream.Collectors.joining;

import dev.weir.jdbc.bouncer.PgBouncerConsole;
import dev.weir.jdbc.kit.Folder;
import dev.weir.jdbc.kit.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PgBouncer of a test's own: a process with a directory and a port of its own, ended by {@link
 * #close}.
 */
public final class PgBouncer implements AutoCloseable {
  public static final String STATS_USER = "weir_stats";
  public static final String PASSWORD = "not-a-secret";

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;
  private final int port;
  private final List<String> command = new ArrayList<>();
  private @Nullable Process process;

  private PgBouncer(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /**
   * Skips the test where there is no PgBouncer, but fails it where nothing may be skipped ({@code
   * CI=true}).
   */
  public static PgBouncer prepare() throws IOException {
    if (program() == null) {
      String what =
          "there is no pgbouncer on the PATH or in /usr/sbin; Debian: apt-get install pgbouncer";
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(what);
      }
      System.err.println("skipped: " + what);
      Assumptions.abort(what);
    }
    Path directory = Files.createTempDirectory("weir-pgbouncer-");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return new PgBouncer(directory, free.getLocalPort());
    }
  }

  /** In transaction mode, with these settings more or instead. */
  public static PgBouncer start(Database database, Map<String, String> settings)
      throws IOException {
    PgBouncer prepared = prepare();
    try {
      prepared.start(prepared.ini(database.port(), settings));
      return prepared;
    } catch (IOException | RuntimeException | Error e) {
      prepared.close();
      throw e;
    }
  }

  private static @Nullable Path program() {
    return Program.find("pgbouncer");
  }

  private String ini(int postgres, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("listen_addr", "127.0.0.1");
    all.put("listen_port", String.valueOf(port));
    all.put("unix_socket_dir", "");
    all.put("auth_type", "scram-sha-256");
    all.put("auth_file", authFile().toString());
    all.put("pool_mode", "transaction");
    all.put("max_client_conn", "100");
    all.put("stats_users", STATS_USER);
    all.put("ignore_startup_parameters", "extra_float_digits,replication");
    all.putAll(settings);
    String database = Database.NAME;
    return "[databases]\n%s = host=127.0.0.1 port=%d dbname=%s\n\n[pgbouncer]\n%s\n"
        .formatted(
            database,
            postgres,
            database,
            all.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue())
                .collect(joining("\n")));
  }

  /** Starts with this configuration, and waits until it listens. */
  public void start(String ini) throws IOException {
    Path file = Files.writeString(directory.resolve("pgbouncer.ini"), ini);
    Files.writeString(
        authFile(),
        Stream.of(Database.USER, STATS_USER)
            .map(user -> "\"%s\" \"%s\"\n".formatted(user, PASSWORD))
            .collect(joining()));
    command.add(String.valueOf(program()));
    if ("root".equals(System.getProperty("user.name"))) {
      giveTo("nobody", directory, file, authFile());
      command.addAll(List.of("-u", "nobody"));
    }
    command.add(file.toString());
    launch();
  }

  /** With the same configuration, after {@link #stop}. */
  public void startAgain() throws IOException {
    launch();
  }

  private void launch() throws IOException {
    Process started =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log().toFile())
            .start();
    process = started;
    try {
      Awaitility.await().atMost(PATIENCE).until(() -> !started.isAlive() || canConnect());
    } catch (RuntimeException e) {
      throw new IOException("pgbouncer does not listen: " + Files.readString(log()), e);
    }
    if (!started.isAlive()) {
      throw new IOException("pgbouncer does not start: " + Files.readString(log()));
    }
  }

  /** PgBouncer refuses to run as root, so what it reads has to be another's. */
  private static void giveTo(String user, Path... paths) throws IOException {
    UserPrincipal owner =
        paths[0].getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
    for (Path path : paths) {
      Files.setOwner(path, owner);
    }
  }

  private boolean canConnect() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** What the program says of itself: {@code PgBouncer 1.18.0}. */
  public static String version() throws IOException {
    Process asked =
        new ProcessBuilder(String.valueOf(program()), "--version")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader says = asked.inputReader()) {
      return String.valueOf(says.readLine());
    }
  }

  public Path authFile() {
    return directory.resolve("userlist.txt");
  }

  private Path log() {
    return directory.resolve("output.log");
  }

  public int port() {
    return port;
  }

  /** As the application: behind PgBouncer, with nothing that transaction mode needs. */
  public PGSimpleDataSource dataSource() {
    return Database.dataSource(port, Database.USER, PASSWORD);
  }

  public PgBouncerConsole console() {
    return PgBouncerConsole.at("127.0.0.1", port, STATS_USER, PASSWORD);
  }

  /** SIGINT is the clean end; one whose clients do not leave is killed. */
  public void stop() throws IOException {
    Process started = process;
    if (started != null) {
      try {
        interrupt(started);
      } finally {
        started.destroyForcibly();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } finally {
      Folder.delete(directory);
    }
  }

  private static void interrupt(Process started) throws IOException {
    if (!started.isAlive()) {
      return;
    }
    try {
      new ProcessBuilder("kill", "-INT", String.valueOf(started.pid())).start().waitFor();
      boolean ended = started.waitFor(2, TimeUnit.SECONDS);
      if (!ended) {
        started.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
