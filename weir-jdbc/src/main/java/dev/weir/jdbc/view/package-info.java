/**
 * What the database itself sees of its connections, looked at every 30 s.
 *
 * <p>{@link dev.weir.jdbc.view.DatabaseView} asks {@code pg_stat_activity}, and PgBouncer's console
 * where there is one; {@link dev.weir.jdbc.view.ViewOptions} has the thresholds beyond which it
 * raises an {@link dev.weir.jdbc.view.Alert}. {@link dev.weir.jdbc.view.DatabaseViewMeters} shows
 * all that to Micrometer, where that is on the class path.
 */
@NullMarked
package dev.weir.jdbc.view;

import org.jspecify.annotations.NullMarked;
