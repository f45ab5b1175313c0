/** A real server, and what else the tests share. */
@NullMarked
package dev.weir.redis.kit;

import org.jspecify.annotations.NullMarked;
