/** Databases for tests. */
@NullMarked
package dev.weir.jdbc.kit;

import org.jspecify.annotations.NullMarked;
