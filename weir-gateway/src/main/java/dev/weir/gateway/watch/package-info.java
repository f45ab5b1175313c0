/**
 * A running gateway, seen from outside: its pages read, and what they say of each upstream put
 * together. {@link dev.weir.gateway.watch.GatewayWatch} is the door; it knows no gateway but by its
 * pages.
 */
@NullMarked
package dev.weir.gateway.watch;

import org.jspecify.annotations.NullMarked;
