/**
 * The gateway side by side with others of its kind ({@code ./weir bench gateway}), and for long
 * among clients that never say goodbye ({@code ./weir bench soak}).
 */
@NullMarked
package dev.weir.bench.gateway;

import org.jspecify.annotations.NullMarked;
