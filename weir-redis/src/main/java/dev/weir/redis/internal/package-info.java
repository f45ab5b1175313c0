/** How connections to Redis are opened, checked and brought back to their first state. */
@NullMarked
package dev.weir.redis.internal;

import org.jspecify.annotations.NullMarked;
