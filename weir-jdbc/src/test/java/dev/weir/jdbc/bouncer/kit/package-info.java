/** Real servers for the tests: a PostgreSQL that can be restarted, and a PgBouncer. */
@NullMarked
package dev.weir.jdbc.bouncer.kit;

import org.jspecify.annotations.NullMarked;
