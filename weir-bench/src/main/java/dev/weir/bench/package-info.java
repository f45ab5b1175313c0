/**
 * The benchmarks, behind one program: {@code ./weir bench COMMAND}. {@link dev.weir.bench.Bench}
 * lists the commands; {@code gateway} is the gateway beside others; {@code pools} is the race
 * against other pools; {@code behaviour} asks which pool keeps which promise; {@code report} writes
 * what they measured.
 */
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
