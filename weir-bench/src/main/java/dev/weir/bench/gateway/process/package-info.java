/** Programs that a measurement starts: starting, looking at, and ending them with all of theirs. */
@NullMarked
package dev.weir.bench.gateway.process;

import org.jspecify.annotations.NullMarked;
