package dev.weir.jdbc.view;

import dev.weir.jdbc.bouncer.PgBouncerSnapshot;
import dev.weir.jdbc.view.Alert.Kind;
import dev.weir.pool.Options;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a look is beyond its threshold, and what is known of it: a function, without memory. */
final class Thresholds {
  private final ViewOptions options;

  /** Null values: nothing was seen of it, so what was there before stays. */
  private final Map<Kind, @Nullable String> breaches = new EnumMap<>(Kind.class);

  private Thresholds(ViewOptions options) {
    this.options = options;
  }

  /**
   * What is beyond its threshold, by kind, with what is to be said about it. Null: nobody can tell,
   * since there was no answer. Not there: it is not.
   */
  static Map<Kind, @Nullable String> of(DatabaseLook look, ViewOptions options) {
    Thresholds thresholds = new Thresholds(options);
    thresholds.database(look);
    thresholds.pgBouncer(look);
    return thresholds.breaches;
  }

  private void database(DatabaseLook look) {
    DatabaseSessions seen = look.sessions();
    if (seen == null) {
      breaches.put(Kind.DATABASE_UNREACHABLE, "no answer: " + look.failure());
      unknown(Kind.ACTIVE_SESSIONS, Kind.CONNECTIONS_USED);
      unknown(Kind.IDLE_IN_TRANSACTION, Kind.LONG_TRANSACTION);
      return;
    }
    if (options.maxActive() > 0 && seen.active() > options.maxActive()) {
      breaches.put(
          Kind.ACTIVE_SESSIONS,
          seen.active() + " sessions are active, " + options.maxActive() + " are allowed");
    }
    if (options.maxUsed() > 0 && seen.used() > options.maxUsed()) {
      breaches.put(
          Kind.CONNECTIONS_USED,
          "%d of %d sessions are in use, %d %% are allowed"
              .formatted(seen.total(), seen.maxConnections(), Math.round(100 * options.maxUsed())));
    }
    if (isBeyond(seen.oldestIdleInTransaction(), options.maxIdleInTransaction())) {
      breaches.put(
          Kind.IDLE_IN_TRANSACTION,
          "%d sessions are idle in their transactions, one for %s; %s is allowed"
              .formatted(
                  seen.idleInTransaction(),
                  text(seen.oldestIdleInTransaction()),
                  Options.text(options.maxIdleInTransaction())));
    }
    if (isBeyond(seen.oldestTransaction(), options.maxTransaction())) {
      breaches.put(
          Kind.LONG_TRANSACTION,
          "a transaction is %s old, %s is allowed"
              .formatted(text(seen.oldestTransaction()), Options.text(options.maxTransaction())));
    }
  }

  private void pgBouncer(DatabaseLook look) {
    PgBouncerSnapshot seen = look.pgBouncer();
    if (look.pgBouncerFailure() != null) {
      breaches.put(Kind.PGBOUNCER_UNREACHABLE, "no answer: " + look.pgBouncerFailure());
      unknown(Kind.PGBOUNCER_WAIT, Kind.PGBOUNCER_WAITING);
    }
    if (seen == null) {
      return;
    }
    if (isBeyond(seen.maxWait(), options.maxBouncerWait())) {
      breaches.put(
          Kind.PGBOUNCER_WAIT,
          "a client has waited %s for a server connection, %s is allowed"
              .formatted(text(seen.maxWait()), Options.text(options.maxBouncerWait())));
    }
    if (options.maxBouncerWaiting() > 0 && seen.clientsWaiting() > options.maxBouncerWaiting()) {
      breaches.put(
          Kind.PGBOUNCER_WAITING,
          "%d clients wait for server connections, %d are allowed"
              .formatted(seen.clientsWaiting(), options.maxBouncerWaiting()));
    }
  }

  private void unknown(Kind... kinds) {
    for (Kind kind : kinds) {
      breaches.put(kind, null);
    }
  }

  private static boolean isBeyond(Duration seen, Duration allowed) {
    return !allowed.isZero() && seen.compareTo(allowed) > 0;
  }

  private static String text(Duration span) {
    return Options.text(span.compareTo(Duration.ofSeconds(10)) < 0 ? span : seconds(span));
  }

  private static Duration seconds(Duration span) {
    return Duration.ofSeconds(span.toSeconds());
  }
}
