/**
 * Room 1b: clients of the modern era (2026-07-28), which have neither handshake nor session, in
 * front of the sessions that legacy upstreams want. In comes one request that says all about
 * itself; what carries it is a client session that the gateway itself shook hands for.
 */
@NullMarked
package dev.weir.gateway.modern;

import org.jspecify.annotations.NullMarked;
