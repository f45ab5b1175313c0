/**
 * The demonstration upstream, which lives in this process, so that the first minute needs nothing
 * else.
 */
@NullMarked
package dev.weir.gateway.demo;

import org.jspecify.annotations.NullMarked;
