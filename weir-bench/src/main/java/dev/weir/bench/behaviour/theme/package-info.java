/** The behaviours, by theme. Each is one method, and its sentence is the promise. */
@NullMarked
package dev.weir.bench.behaviour.theme;

import org.jspecify.annotations.NullMarked;
