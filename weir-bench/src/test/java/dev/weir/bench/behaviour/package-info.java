@NullMarked
package dev.weir.bench.behaviour;

import org.jspecify.annotations.NullMarked;
