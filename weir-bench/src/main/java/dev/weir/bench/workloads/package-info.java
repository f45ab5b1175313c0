/**
 * The four workloads: what the pool does for a program that talks to a server, over real
 * connections of the loopback interface with a real handshake.
 *
 * <p>{@code WorkloadCommand} starts the server, lets one of its four subclasses measure, and writes
 * the page. Each of these lines up {@code Cell}s: an {@code Entrant} (a pool and its size), a
 * number of clients, and how long the server works for each call. {@code Rounds} measures them in
 * turn, several times, with {@code ClosedLoop}.
 */
@NullMarked
package dev.weir.bench.workloads;

import org.jspecify.annotations.NullMarked;
