/** The other side of every connection: does what a behaviour tells it, and counts what it sees. */
@NullMarked
package dev.weir.bench.behaviour.endpoint;

import org.jspecify.annotations.NullMarked;
