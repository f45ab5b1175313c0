/**
 * The pool's API: {@link Pool} lends connections that a {@link ConnectionFactory} opens; {@link
 * KeyedPool} keeps one pool a key. Everything here may be used from any thread, platform or
 * virtual.
 */
@NullMarked
package dev.weir.pool;

import org.jspecify.annotations.NullMarked;
