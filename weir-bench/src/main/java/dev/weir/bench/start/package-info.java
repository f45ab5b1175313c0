/** How long a packaged gateway takes from the start of its process to its first answered call. */
@NullMarked
package dev.weir.bench.start;

import org.jspecify.annotations.NullMarked;
