package dev.weir.jdbc.view;

import dev.weir.jdbc.bouncer.PgBouncerSnapshot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one look brought.
 *
 * @param at when it ended
 * @param sessions what the database sees; null: it did not answer
 * @param failure why it did not; null: it did
 * @param pgBouncer what PgBouncer sees; null: there is none, or it did not answer
 * @param pgBouncerFailure why it did not; null: there is none, or it did
 */
public record DatabaseLook(
    Instant at,
    @Nullable DatabaseSessions sessions,
    @Nullable String failure,
    @Nullable PgBouncerSnapshot pgBouncer,
    @Nullable String pgBouncerFailure) {}
