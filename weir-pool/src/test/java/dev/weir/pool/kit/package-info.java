/**
 * Scripted connections, a clock that tests move, and a proxy that breaks traffic: for the tests of
 * every module.
 */
@NullMarked
package dev.weir.pool.kit;

import org.jspecify.annotations.NullMarked;
