/** What a behaviour is written with: the stage, its callers, and the way to say what was seen. */
@NullMarked
package dev.weir.bench.behaviour.stage;

import org.jspecify.annotations.NullMarked;
