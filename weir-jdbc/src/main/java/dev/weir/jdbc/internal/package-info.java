/** What is behind the data source. */
@NullMarked
package dev.weir.jdbc.internal;

import org.jspecify.annotations.NullMarked;
