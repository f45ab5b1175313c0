/**
 * The other side of the workloads: a server on the loopback interface, in a process of its own,
 * whose connections cost what connections cost, and the client's end of such a connection.
 *
 * <p>A conversation is: handshake (three round trips), then request and answer in turn, then a
 * goodbye. {@code Frame} says how that looks on the wire, {@code Handshake} what is said at the
 * start.
 */
@NullMarked
package dev.weir.bench.workloads.loopback;

import org.jspecify.annotations.NullMarked;
