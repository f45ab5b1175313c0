@NullMarked
package dev.weir.bench.workloads.loopback;

import org.jspecify.annotations.NullMarked;
