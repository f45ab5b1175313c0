package dev.weir.jdbc.bouncer;

/** Writes PostgreSQL's settings. */
final class PostgresText {
  private final AdviceOptions options;
  private final Sizing sizing;

  PostgresText(AdviceOptions options, Sizing sizing) {
    this.options = options;
    this.sizing = sizing;
  }

  String write() {
    SettingsText text = new SettingsText("#");
    text.comment(
            "PostgreSQL's settings beside pgbouncer.ini, for %d cores and %d MiB; made by weir pgbouncer."
                .formatted(options.cores(), options.memoryMib()))
        .comment(
            "Put the file into conf.d (include_dir = 'conf.d') and restart: max_connections and shared_buffers need that.")
        .line("");
    connections(text);
    memory(text);
    times(text);
    return text.toString();
  }

  private void connections(SettingsText text) {
    text.setting(
            "max_connections",
            sizing.maxConnections,
            "%d from PgBouncer + %d around it (people, migrations, backups, the database view) + %d for superusers"
                .formatted(sizing.serverConnections, options.reserve(), Sizing.SUPERUSERS))
        .setting(
            "superuser_reserved_connections",
            Sizing.SUPERUSERS,
            "so that somebody can still log in and look when all others are taken");
  }

  private void memory(SettingsText text) {
    text.setting(
            "shared_buffers",
            sizing.sharedBuffersMib + "MB",
            "a quarter of %d MiB; more would keep pages twice, here and in the kernel's cache"
                .formatted(options.memoryMib()))
        .setting(
            "effective_cache_size",
            sizing.effectiveCacheMib + "MB",
            "three quarters: shared_buffers and the kernel's cache together. Takes no memory, tells the planner what is likely cached")
        .setting(
            "work_mem",
            sizing.workMemMib + "MB",
            "the last quarter is the sessions': %d MiB / 4 / %d = %d MiB each, of which %d for itself and the rest for %d sorts or hashes at a time; 256MB at most"
                .formatted(
                    options.memoryMib(),
                    sizing.maxConnections,
                    sizing.perSessionMib,
                    Sizing.SESSION_MIB,
                    Sizing.WORK_AREAS));
  }

  private static void times(SettingsText text) {
    text.setting(
            "idle_in_transaction_session_timeout",
            "30s",
            "a client that forgets its transaction keeps a server connection from all others; Weir's own transactions end after 10 s")
        .setting(
            "idle_session_timeout",
            "0",
            "never: idle sessions are PgBouncer's, which closes them itself; PostgreSQL 14 and later, remove the line before")
        .setting("tcp_keepalives_idle", 60, "a PgBouncer whose host vanished is found after 60 s")
        .setting("tcp_keepalives_interval", 10, "and a probe every 10 s,")
        .setting("tcp_keepalives_count", 6, "6 of them: 60 + 6 x 10 = 120 s, not two hours");
  }
}
