/**
 * Data sources in front of a real PostgreSQL: what callers get of it through each, and without any.
 */
@NullMarked
package dev.weir.bench.databases;

import org.jspecify.annotations.NullMarked;
