/**
 * What every measurement writes: tables of ratios, plots, the machine it ran on, raw data. Knows
 * nothing of what is measured.
 */
@NullMarked
package dev.weir.bench.report;

import org.jspecify.annotations.NullMarked;
