@NullMarked
package dev.weir.bench.workloads;

import org.jspecify.annotations.NullMarked;
