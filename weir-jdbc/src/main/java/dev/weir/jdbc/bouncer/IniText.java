package dev.weir.jdbc.bouncer;

import dev.weir.jdbc.bouncer.Sizing.Database;
import java.util.List;
import java.util.StringJoiner;

/** Writes {@code pgbouncer.ini}. */
final class IniText {
  private final List<ApplicationPool> pools;
  private final AdviceOptions options;
  private final Sizing sizing;
  private final PgBouncerVersion version;

  IniText(List<ApplicationPool> pools, AdviceOptions options, Sizing sizing) {
    this.pools = pools;
    this.options = options;
    this.sizing = sizing;
    this.version = PgBouncerVersion.parse(options.version());
  }

  String write() {
    SettingsText text = new SettingsText(";");
    head(text);
    databases(text);
    text.line("[pgbouncer]");
    places(text);
    sizes(text);
    times(text);
    drivers(text);
    return text.toString();
  }

  private void head(SettingsText text) {
    text.comment("pgbouncer.ini for PgBouncer " + version + " and later, made by weir pgbouncer.")
        .comment("PostgreSQL's own settings belong to it: they are in the other file.");
    for (ApplicationPool pool : pools) {
      text.comment(
          "pool %s: database %s, user %s, max %d x %d instances = %d connections"
              .formatted(
                  pool.name(),
                  pool.database(),
                  pool.user(),
                  pool.max(),
                  pool.instances(),
                  pool.connections()));
    }
    text.line("");
  }

  private void databases(SettingsText text) {
    text.comment(
            "Shares of the %d server connections below, by what the applications may open."
                .formatted(sizing.budget))
        .line("[databases]");
    for (Database database : sizing.databases) {
      ApplicationPool pool = pools.get(0);
      StringJoiner line = new StringJoiner(" ");
      line.add(database.name() + " =").add("host=" + value(address(pool.host())));
      line.add("port=" + pool.port()).add("dbname=" + database.name());
      if (database.poolSize() != sizing.defaultPoolSize) {
        line.add("pool_size=" + database.poolSize());
      }
      if (database.maxConnections() != sizing.defaultMaxDbConnections) {
        line.add("max_db_connections=" + database.maxConnections());
      }
      text.comment(share(database)).line(line.toString());
    }
    text.line("");
  }

  private String share(Database database) {
    int all = database.maxConnections() - sizing.reservePoolSize;
    String words =
        "%s: %d of %d connections, %s, and a reserve of %d"
            .formatted(
                database.name(),
                database.connections(),
                sizing.poolConnections,
                part(database.connections(), all),
                sizing.reservePoolSize);
    return database.users() == 1
        ? words
        : words
            + "; of that the largest of its %d users may have %s"
                .formatted(database.users(), part(database.largestUser(), database.poolSize()));
  }

  private String part(int connections, int got) {
    long part = (long) sizing.budget * connections / sizing.poolConnections;
    String words =
        "%d x %d / %d = %d".formatted(sizing.budget, connections, sizing.poolConnections, part);
    return part == got ? words : words + ", raised to " + got + " since each user needs one";
  }

  private void places(SettingsText text) {
    text.setting("listen_addr", options.listenHost(), "Where the applications connect to.")
        .setting("listen_port", options.listenPort(), "In place of PostgreSQL's in their URLs.")
        .setting(
            "unix_socket_dir",
            "",
            "No socket file; the default would be one in /tmp, where everybody may make files.")
        .setting(
            "auth_type",
            "scram-sha-256",
            "Passwords never cross the wire, neither from clients nor to PostgreSQL.")
        .setting(
            "auth_file",
            options.authFile(),
            "One line each: \"user\" \"password\". Passwords in clear: a SCRAM secret could not be"
                + " used to log in to PostgreSQL. Readable for PgBouncer's user alone.")
        .setting(
            "stats_users",
            options.consoleUser(),
            "May read the console, as Weir does for metrics and health, and change nothing there.");
  }

  private void sizes(SettingsText text) {
    text.setting(
            "pool_mode",
            "transaction",
            "A server connection is lent for a transaction: %d client connections share %d."
                .formatted(sizing.poolConnections, sizing.serverConnections))
        .setting(
            "default_pool_size",
            sizing.defaultPoolSize,
            "Server connections of a database and user. %d cores x %d = %d can be at work (two a core, twice: half of an open transaction waits for its client), no more than the %d of the pools, shared out above; the smallest share counts for databases that are added."
                .formatted(
                    options.cores(),
                    Sizing.PER_CORE,
                    options.cores() * Sizing.PER_CORE,
                    sizing.poolConnections))
        .setting(
            "min_pool_size",
            sizing.minPoolSize,
            "A quarter of %d stay open: the first callers after a quiet time do not wait for logins."
                .formatted(sizing.defaultPoolSize))
        .setting(
            "reserve_pool_size",
            sizing.reservePoolSize,
            "A quarter of %d more for bursts.".formatted(sizing.defaultPoolSize))
        .setting(
            "reserve_pool_timeout",
            Math.max(1, sizing.acquireTimeoutSeconds / 2),
            "Half of query_wait_timeout: with the default of 5 the reserve could come too late.")
        .setting(
            "max_db_connections",
            sizing.defaultMaxDbConnections,
            "Server connections of a database, whoever its users are, with the reserve of %d; the smallest, others have their own above. All databases: %d, which PostgreSQL's max_connections holds."
                .formatted(sizing.reservePoolSize, sizing.serverConnections))
        .setting(
            "max_client_conn",
            sizing.maxClients,
            "2 x %d of the pools (old and new instances run side by side during a deployment) + %d others + 10 for the console. Needs ulimit -n of %d (+ %d server connections + 20)."
                .formatted(
                    sizing.poolConnections,
                    options.clients(),
                    sizing.maxClients + sizing.serverConnections + 20,
                    sizing.serverConnections));
  }

  private void times(SettingsText text) {
    text.setting(
            "query_wait_timeout",
            sizing.acquireTimeoutSeconds,
            "A caller waits %d s for a connection of its pool, and no longer than that here; the default of 120 would hide an overload from it."
                .formatted(sizing.acquireTimeoutSeconds))
        .setting(
            "server_idle_timeout",
            300,
            "Server connections that nobody needed for 5 min are closed, as in Weir's pools.")
        .setting(
            "client_idle_timeout",
            0,
            "Never: an application's pool keeps idle connections on purpose, and they cost PostgreSQL nothing.")
        .setting("tcp_keepalive", 1, "Finds hosts that vanished without a word:")
        .setting("tcp_keepidle", 60, "after 60 s of silence")
        .setting("tcp_keepintvl", 10, "a probe every 10 s,")
        .setting("tcp_keepcnt", 6, "6 without an answer: 60 + 6 x 10 = 120 s in all.");
  }

  private void drivers(SettingsText text) {
    if (version.tracksPreparedStatements()) {
      text.setting(
          "max_prepared_statements",
          200,
          "Prepared statements of clients follow them from one server connection to the next; the 200 used last stay prepared on each. pgjdbc needs no parameter.");
    } else {
      text.comment(
              "max_prepared_statements is not there before 1.21: pgjdbc needs prepareThreshold=0 in the applications' URLs.")
          .line("");
    }
    text.setting(
        "ignore_startup_parameters",
        "extra_float_digits,replication",
        "Sent by drivers at login: the first by pgjdbc with assumeMinServerVersion, both when Weir reads the console (without the second pgjdbc sends a SET that the console refuses).");
  }

  /** Where localhost has two addresses, PostgreSQL often listens at one of them alone. */
  private static String address(String host) {
    return host.equals("localhost") ? "127.0.0.1" : host;
  }

  private static String value(String text) {
    return text.matches("[A-Za-z0-9_.:/-]+") ? text : "'" + text.replace("'", "''") + "'";
  }
}
