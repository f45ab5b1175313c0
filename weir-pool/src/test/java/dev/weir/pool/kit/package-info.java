/**
 * Scripted connections, a clock that tests move, a proxy that breaks traffic, and certificates: for
 * the tests of every module.
 */
@NullMarked
package dev.weir.pool.kit;

import org.jspecify.annotations.NullMarked;
