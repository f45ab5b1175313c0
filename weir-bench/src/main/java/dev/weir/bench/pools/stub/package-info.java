/** What the pools of the race open: objects and JDBC connections that do nothing. */
@NullMarked
package dev.weir.bench.pools.stub;

import org.jspecify.annotations.NullMarked;
